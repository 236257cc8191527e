import './monaco-workers';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { getOperationAST } from 'graphql';
import { useMemo } from 'react';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './playground.css';
import catalogue from './documents/catalogue.graphql?raw';
import changes from './documents/changes.graphql?raw';
import registerWebhook from './documents/register-webhook.graphql?raw';
import { openInCompose, takeForPlayground } from './console/handover';
import logo from './crier.svg';
import { mount } from './Shell';
import type { Session } from './session';

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

const firstTabs = [
  example(catalogue, { first: 5 }),
  example(registerWebhook, { url: 'https://example.com/webhooks' }),
  example(changes, {}),
];

/** A document that the console handed over; it opens in a tab of its own. */
const handed = takeForPlayground();

function Playground({ execute, subscribe }: Pick<Session, 'execute' | 'subscribe'>) {
  // GraphiQL reads the schema again whenever its fetcher changes: after every Apply.
  const fetcher = useMemo<Fetcher>(
    () => (request, options) => {
      const operation = options?.documentAST && getOperationAST(options.documentAST, request.operationName);
      const run = operation?.operation === 'subscription' ? subscribe : execute;
      // Errors come as data, not as the library's instances of GraphQLError.
      return run(request, options?.headers) as ReturnType<Fetcher>;
    },
    [execute, subscribe],
  );
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={firstTabs}
      initialQuery={handed?.query}
      initialVariables={handed?.variables}
      schemaDescription
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <></>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ComposeButton />
          </>
        )}
      </GraphiQL.Toolbar>
    </GraphiQL>
  );
}

/** Takes the document to the console, which shows what a webhook would send of it. */
function ComposeButton() {
  const editors = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));
  return (
    <ToolbarButton label="Compose a webhook from this document" onClick={() => openInCompose(editors.queryEditor?.getValue() ?? '', editors.variableEditor?.getValue())}>
      <img className="graphiql-toolbar-icon" src={logo} alt="" />
    </ToolbarButton>
  );
}

function example(query: string, variables: object) {
  return { query, variables: JSON.stringify(variables, null, 2) };
}

mount('/playground', ({ execute, subscribe }) => <Playground execute={execute} subscribe={subscribe} />);
