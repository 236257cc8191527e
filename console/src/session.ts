import { createClient, NetworkError } from 'graphql-sse';
import { useCallback, useState } from 'react';

/** What a client sends in one GraphQL request (GraphQL over HTTP, "Request parameters"). */
export interface Request {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

/** What the server answers: `data`, `errors` or both (GraphQL specification, section "Response"). */
export interface Result {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Sends one request with the API key of the session. Rejects where no GraphQL answer came. */
export type Execute = (request: Request, headers?: Record<string, string>) => Promise<Result>;

/** Subscribes with the API key of the session, over server-sent events. The results end, or throw, with the subscription. */
export type Subscribe = (request: Request, headers?: Record<string, string>) => AsyncIterableIterator<Result>;

/** Reads the schema in its own language, descriptions and directives included. Rejects where it does not come. */
export type ReadSchema = () => Promise<string>;

/** The API key of this browser tab, and how the page talks to the API with it. */
export interface Session {
  apiKey: string;
  /** Takes a new key, or tries the same one again: the functions change, and with them all that depends on them. */
  apply: (apiKey: string) => void;
  execute: Execute;
  subscribe: Subscribe;
  readSchema: ReadSchema;
  /** What the person should know or do, empty where all is well. */
  notice: string;
}

const storageKey = 'crier.apiKey';

/** The API key of this tab, empty where there is none. */
export function storedKey(): string {
  return sessionStorage.getItem(storageKey) ?? '';
}

/** Keeps the API key for as long as the tab lives; an empty one forgets it. */
export function storeKey(apiKey: string): void {
  if (apiKey) {
    sessionStorage.setItem(storageKey, apiKey);
  } else {
    sessionStorage.removeItem(storageKey);
  }
}

/**
 * The session of this tab. The key stays in sessionStorage: it outlives a reload and the way from one page to the
 * other, and is gone when the tab closes.
 */
export function useSession(): Session {
  const [attempt, setAttempt] = useState(() => ({ apiKey: storedKey() }));
  const [notice, setNotice] = useState('');

  const apply = useCallback((apiKey: string) => {
    storeKey(apiKey);
    setNotice('');
    setAttempt({ apiKey });
  }, []);

  const execute = useCallback<Execute>(
    async (request, headers) => {
      try {
        const result = await send(request, attempt.apiKey, headers);
        setNotice(isUnauthenticated(result) ? adviceFor(attempt.apiKey) : '');
        return result;
      } catch (error) {
        setNotice(messageOf(error));
        throw error;
      }
    },
    [attempt],
  );

  const subscribe = useCallback<Subscribe>(
    async function* (request, headers) {
      try {
        for await (const result of results(request, attempt.apiKey, headers)) {
          setNotice('');
          yield result;
        }
      } catch (error) {
        setNotice(isRefusedKey(error) ? adviceFor(attempt.apiKey) : messageOf(error));
        throw error;
      }
    },
    [attempt],
  );

  const readSchema = useCallback<ReadSchema>(async () => {
    try {
      const sdl = await fetchSchema(attempt.apiKey);
      setNotice('');
      return sdl;
    } catch (error) {
      setNotice(messageOf(error));
      throw error;
    }
  }, [attempt]);

  return { apiKey: attempt.apiKey, apply, execute, subscribe, readSchema, notice };
}

/** The schema in its own language, as this key may see it. Rejects where it does not come. */
export async function fetchSchema(apiKey: string): Promise<string> {
  const response = await fetch('/schema.graphql', { headers: authorization(apiKey) }).catch(unreachable);
  if (!response.ok) {
    const refused = await parse(response);
    throw new Error(isUnauthenticated(refused) ? adviceFor(apiKey) : refused.errors?.[0]?.message);
  }
  return response.text();
}

/** The text of something thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Sends one request with a key. Rejects where no GraphQL answer came. */
export async function send(request: Request, apiKey: string, headers?: Record<string, string>): Promise<Result> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...authorization(apiKey),
      ...headers,
    },
    body: JSON.stringify(request),
  }).catch(unreachable);
  return parse(response);
}

function unreachable(cause: unknown): never {
  throw new Error('The server cannot be reached. Is it running?', { cause });
}

function results(request: Request, apiKey: string, headers?: Record<string, string>): AsyncIterableIterator<Result> {
  const client = createClient({ url: '/graphql', headers: { ...authorization(apiKey), ...headers }, retryAttempts: 0 });
  const { query, operationName, variables } = request;
  return client.iterate({
    query,
    operationName: operationName ?? undefined,
    variables: variables as Record<string, unknown>,
  }) as AsyncIterableIterator<Result>;
}

function authorization(apiKey: string): Record<string, string> {
  return apiKey ? { Authorization: `Bearer ${apiKey}` } : {};
}

/** A refusal is a GraphQL answer too, whatever its HTTP status; anything but JSON is not. */
async function parse(response: Response): Promise<Result> {
  const type = response.headers.get('Content-Type') ?? 'no content type';
  if (!type.includes('json')) {
    throw new Error(`The server answered ${response.status} with ${type} instead of a GraphQL result.`);
  }
  return (await response.json()) as Result;
}

function isUnauthenticated(result: Result): boolean {
  return result.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') ?? false;
}

function isRefusedKey(error: unknown): boolean {
  return error instanceof NetworkError && error.response?.status === 401;
}

function adviceFor(apiKey: string): string {
  return apiKey
    ? 'The server does not accept this API key. Check it and press Apply again.'
    : 'Enter the API key and press Apply. The operator key was shown once, on standard error, when the server first started.';
}
