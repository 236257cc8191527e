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

/** The API key of this browser tab, and how the page talks to the API with it. */
export interface Session {
  apiKey: string;
  /** Takes a new key, or tries the same one again: `execute` changes, and with it all that depends on it. */
  apply: (apiKey: string) => void;
  execute: Execute;
  /** What the person should know or do, empty where all is well. */
  notice: string;
}

const storageKey = 'crier.apiKey';

/**
 * The session of this tab. The key stays in sessionStorage: it outlives a reload and the way from one page to the
 * other, and is gone when the tab closes.
 */
export function useSession(): Session {
  const [attempt, setAttempt] = useState(() => ({ apiKey: sessionStorage.getItem(storageKey) ?? '' }));
  const [notice, setNotice] = useState('');

  const apply = useCallback((apiKey: string) => {
    sessionStorage.setItem(storageKey, apiKey);
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

  return { apiKey: attempt.apiKey, apply, execute, notice };
}

/** The text of something thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function send(request: Request, apiKey: string, headers?: Record<string, string>): Promise<Result> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...(apiKey && { Authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    body: JSON.stringify(request),
  }).catch((cause: unknown) => {
    throw new Error('The server cannot be reached. Is it running?', { cause });
  });
  return parse(response);
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

function adviceFor(apiKey: string): string {
  return apiKey
    ? 'The server does not accept this API key. Check it and press Apply again.'
    : 'Enter the API key and press Apply. The operator key was shown once, on standard error, when the server first started.';
}
