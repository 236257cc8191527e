import type { Environment } from 'monaco-editor';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

const workers: Record<string, new () => Worker> = { graphql: GraphQLWorker, json: JsonWorker };

// Monaco asks for its workers by name; without them it would do their work on the page's own thread.
const environment: Environment = {
  getWorker: (_id, name) => new (workers[name] ?? EditorWorker)(),
};
window.MonacoEnvironment = environment;
