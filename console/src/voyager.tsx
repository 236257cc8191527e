import { parse } from 'graphql';
import { Voyager } from 'graphql-voyager';
import { useEffect, useMemo, useState } from 'react';
import 'graphql-voyager/dist/voyager.css';
import './voyager.css';
import { mount } from './Shell';
import { type ReadSchema, messageOf } from './session';
import { type View, viewsOf } from './views';

/** The first view comes first, and is the one to begin with. */
function SchemaGraph({ readSchema }: { readSchema: ReadSchema }) {
  const [sdl, setSDL] = useState('');
  const [problem, setProblem] = useState('');

  useEffect(() => {
    let current = true;
    setSDL('');
    setProblem('');
    readSchema().then(
      (text) => current && setSDL(text),
      (error: unknown) => current && setProblem(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [readSchema]);

  if (problem) {
    return <Placeholder title="The schema cannot be drawn" text={problem} />;
  }
  return sdl ? <Views sdl={sdl} /> : <Placeholder title="Reading the schema…" />;
}

function Views({ sdl }: { sdl: string }) {
  const views = useMemo(() => viewsOf(parse(sdl)), [sdl]);
  const [name, setName] = useState(views[0]?.name);
  const view = views.find((v) => v.name === name) ?? views[0];
  const schema = useMemo(() => view?.schema(), [view]);
  const options = useMemo(() => ({ rootType: view?.start, hideRoot: view?.start !== undefined, showLeafFields: false, sortByAlphabet: true }), [view]);
  if (!view) {
    return null;
  }
  // Voyager keeps the options that it began with: another view is another Voyager.
  return (
    <Voyager key={view.name} introspection={schema} displayOptions={options}>
      <Voyager.PanelHeader>
        <Legend views={views} view={view} choose={setName} />
      </Voyager.PanelHeader>
    </Voyager>
  );
}

function Legend({ views, view, choose }: { views: View[]; view: View; choose: (name: string) => void }) {
  return (
    <section className="voyager-legend">
      <label htmlFor="view">Show</label>
      <select id="view" value={view.name} onChange={(event) => choose(event.target.value)}>
        {views.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <p>{view.about}</p>
      <p>
        A box is a type, an arrow leads from a field to its type; the orange sign stands for pages, <code>[ ]</code> for a list,{' '}
        <code>!</code> for never null. Click a box for its description and all of its fields.
      </p>
    </section>
  );
}

function Placeholder({ title, text }: { title: string; text?: string }) {
  return (
    <section className="voyager-placeholder">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
    </section>
  );
}

mount('/voyager', ({ readSchema }) => <SchemaGraph readSchema={readSchema} />);
