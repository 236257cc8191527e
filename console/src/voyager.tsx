import { type IntrospectionQuery, getIntrospectionQuery } from 'graphql';
import { Voyager } from 'graphql-voyager';
import { useEffect, useState } from 'react';
import 'graphql-voyager/dist/voyager.css';
import './voyager.css';
import { mount } from './Shell';
import { type Execute, messageOf } from './session';

interface Introspection {
  data: IntrospectionQuery;
}

function SchemaGraph({ execute }: { execute: Execute }) {
  const [introspection, setIntrospection] = useState<Introspection>();
  const [problem, setProblem] = useState('');

  useEffect(() => {
    let current = true;
    setIntrospection(undefined);
    setProblem('');
    introspect(execute).then(
      (result) => current && setIntrospection(result),
      (error: unknown) => current && setProblem(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [execute]);

  if (problem) {
    return <Placeholder title="The schema cannot be drawn" text={problem} />;
  }
  if (!introspection) {
    return <Placeholder title="Reading the schema…" />;
  }
  return <Voyager introspection={introspection} />;
}

function Placeholder({ title, text }: { title: string; text?: string }) {
  return (
    <section className="voyager-placeholder">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
    </section>
  );
}

async function introspect(execute: Execute): Promise<Introspection> {
  const { data, errors } = await execute({ query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' });
  if (!data) {
    throw new Error(errors?.map((error) => error.message).join('\n') ?? 'The server answered without a schema.');
  }
  return { data: data as unknown as IntrospectionQuery };
}

mount('/voyager', (execute) => <SchemaGraph execute={execute} />);
