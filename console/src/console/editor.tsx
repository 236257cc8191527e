import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { completion, graphqlLanguageSupport, stateExtensions, updateSchema } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';
import { useEffect, useRef } from 'react';
import type { Remark } from './types';

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-word)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.propertyName, tags.attributeName], color: 'var(--code-key)' },
  { tag: [tags.typeName, tags.atom], color: 'var(--code-type)' },
  { tag: [tags.variableName, tags.special(tags.name)], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
]);

interface EditorProps {
  value: string;
  /** Another number where `value` comes from elsewhere: what is typed is never put back, since it may be older than the text. */
  revision: number;
  onChange: (value: string) => void;
  schema?: GraphQLSchema;
  errors: Remark[];
  warnings: Remark[];
}

/** A GraphQL document with completion from the schema and the API's own remarks at their places. Escape, then Tab, leaves it. */
export function Editor({ value, revision, onChange, schema, errors, warnings }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;

  useEffect(() => {
    view.current = new EditorView({
      parent: place.current!,
      doc: value,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        graphqlLanguageSupport(),
        completion,
        stateExtensions(),
        syntaxHighlighting(colours),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Document', 'data-testid': 'document' }),
        EditorView.updateListener.of((update) => update.docChanged && changed.current(update.state.doc.toString())),
      ],
    });
    return () => view.current?.destroy();
    // The editor keeps its own text from here on; what comes from outside is put in below.
  }, []);

  useEffect(() => {
    const now = view.current;
    if (now && now.state.doc.toString() !== value) {
      now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
    }
  }, [revision]);

  useEffect(() => {
    if (view.current && schema) {
      updateSchema(view.current, schema);
    }
  }, [schema]);

  useEffect(() => {
    const now = view.current;
    if (now) {
      const remarks = [...errors.map((r) => diagnostic(now.state.doc, r, 'error')), ...warnings.map((r) => diagnostic(now.state.doc, r, 'warning'))];
      now.dispatch(setDiagnostics(now.state, remarks));
    }
  }, [errors, warnings]);

  return <div className="editor" ref={place} />;
}

/** A remark from its place to the end of the word there; one without a place stands at the beginning. */
function diagnostic(doc: Text, { line, column, message, rule }: Remark, severity: Diagnostic['severity']): Diagnostic {
  const at = line && line <= doc.lines ? doc.line(line) : doc.line(1);
  const from = Math.min(at.from + (column ?? 1) - 1, at.to);
  const word = /^\W?\w*/.exec(doc.sliceString(from, at.to))?.[0].length ?? 0;
  return { from, to: Math.min(from + Math.max(word, 1), doc.length), severity, message, source: rule };
}
