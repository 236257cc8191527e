import './monaco-workers';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useMemo } from 'react';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './playground.css';
import catalogue from './documents/catalogue.graphql?raw';
import registerWebhook from './documents/register-webhook.graphql?raw';
import { mount } from './Shell';
import type { Execute } from './session';

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

const firstTabs = [
  example(catalogue, { first: 5 }),
  example(registerWebhook, { url: 'https://example.com/webhooks' }),
];

function Playground({ execute }: { execute: Execute }) {
  // GraphiQL reads the schema again whenever its fetcher changes: after every Apply.
  const fetcher = useMemo<Fetcher>(() => (request, options) => execute(request, options?.headers), [execute]);
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={firstTabs}
      schemaDescription
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <></>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function example(query: string, variables: object) {
  return { query, variables: JSON.stringify(variables, null, 2) };
}

mount('/playground', (execute) => <Playground execute={execute} />);
