import { type UseQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { type Result, send, storedKey } from '../session';
import text from './api.graphql?raw';
import type { FieldError, Outcome } from './types';

/** What the API refused, with its code (docs/http.md). */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** The definitions of api.graphql by name; each begins at the start of a line and ends with a brace there. */
const definitions = new Map(
  [...text.matchAll(/^(?:query|mutation|fragment) (\w+)[^]*?^}$/gm)].map((match) => [match[1]!, match[0]]),
);

/** An operation with the fragments that it spreads, directly or through others. */
function operation(name: string): string {
  const parts = new Set<string>();
  const add = (part: string) => {
    const definition = definitions.get(part);
    if (!definition || parts.has(definition)) {
      return;
    }
    parts.add(definition);
    for (const [, spread] of definition.matchAll(/\.\.\.(\w+)/g)) {
      add(spread!);
    }
  };
  add(name);
  return [...parts].join('\n');
}

/** Runs an operation of api.graphql. Rejects with Refused where the API gave errors and no data. */
export async function run<T>(name: string, variables?: object, key = storedKey()): Promise<T> {
  return data(await send({ query: operation(name), operationName: name, variables }, key));
}

/** Runs a document that was made at run time, such as the list of a class's entities. */
export async function runDocument<T>(query: string, variables?: object): Promise<T> {
  return data(await send({ query, variables }, storedKey()));
}

function data<T>(result: Result): T {
  const error = result.errors?.[0];
  if (error && (!result.data || Object.values(result.data).every((value) => value === null))) {
    throw new Refused(error.message, error.extensions?.code);
  }
  return result.data as T;
}

/** Called where the API no longer accepts the key. */
export const OnKeyRefused = createContext<() => void>(() => {});

/** Reads with an operation of api.graphql, kept by its name and variables. */
export function useData<T>(name: string, variables?: object, options?: Partial<UseQueryOptions<T>>) {
  const refused = useContext(OnKeyRefused);
  return useQuery<T>({
    queryKey: [name, variables],
    queryFn: async () => {
      try {
        return await run<T>(name, variables);
      } catch (error) {
        if (error instanceof Refused && error.code === 'UNAUTHENTICATED') {
          refused();
        }
        throw error;
      }
    },
    ...options,
  });
}

/** Changes something with a mutation of api.graphql. Everything that was read is read again afterwards. */
export function useAction<T extends Outcome>(name: string) {
  const client = useQueryClient();
  return useMutation<T, Error, object>({
    mutationFn: async (variables) => {
      const { result } = await run<{ result: T | null }>(name, variables);
      if (!result) {
        throw new Refused('The API gave no answer.');
      }
      return result;
    },
    onSuccess: () => client.invalidateQueries(),
  });
}

/** The messages about one field, or about any where no name is given. */
export function messagesOf(errors: FieldError[] | null | undefined, field?: string): string[] {
  return (errors ?? []).filter((e) => !field || e.field === field || e.field.startsWith(`${field}.`)).flatMap((e) => e.messages);
}

/** All errors of an outcome as sentences that name their field. */
export function sentencesOf(errors: FieldError[] | null | undefined): string[] {
  return (errors ?? []).flatMap((e) => e.messages.map((m) => `${e.field.replaceAll('_', ' ')} ${m}`));
}
