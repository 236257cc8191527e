import { type ReactNode, useMemo } from 'react';
import { Copy } from './ui';

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** Above this length, in characters, a text is shown without colours: they would slow the page down. */
const colouredUpTo = 100_000;

/** A text in a fixed font, with colours where it is JSON, and a button that copies it. */
export function Code({ text, label, language }: { text: string; label: string; language?: 'json' }) {
  const content = useMemo(() => (language === 'json' && text.length < colouredUpTo ? coloured(text) : text), [text, language]);
  return (
    <div className="code">
      <Copy text={text} />
      <pre tabIndex={0} role="region" aria-label={label}>
        {content}
      </pre>
    </div>
  );
}

function coloured(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(token)) {
    const [whole, string, colon, word] = match;
    parts.push(text.slice(end, match.index));
    end = match.index + whole.length;
    const kind = string ? (colon ? 'key' : 'string') : word ? 'word' : 'number';
    parts.push(
      <span key={match.index} className={`token-${kind}`}>
        {string ?? whole}
      </span>,
      colon ?? '',
    );
  }
  return [...parts, text.slice(end)];
}
