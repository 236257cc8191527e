import { createClient } from 'graphql-ws';
import { useEffect, useState } from 'react';
import { storedKey } from '../session';
import { useData } from './api';
import type { EventName } from './types';

/** One committed change, as the subscriptions tell it. */
export interface Change {
  id: string;
  sequence: number;
  eventName: EventName;
  at: string;
  changed: string[];
  /** The entity's global id; undefined where it cannot be read. */
  subjectId?: string;
  /** The entity's type. */
  type: string;
}

interface LiveFields {
  __type: { fields: { name: string; type: { ofType: { name: string; fields: { name: string; type: { ofType: { name: string; kind: string } | null } }[] } } }[] } | null;
}

export interface Stream {
  changes: Change[];
  state: 'connecting' | 'live' | 'away';
  /** Classes whose changes this key may not see. */
  hidden: string[];
}

/** How many changes are kept to be shown. */
const kept = 30;

/** The changes of every class that the key may see, as they are committed, newest first: all over one WebSocket. */
export function useChanges(): Stream {
  const { data } = useData<LiveFields>('Live', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const [stream, setStream] = useState<Stream>({ changes: [], state: 'connecting', hidden: [] });
  useEffect(() => (data ? follow(data, (next) => setStream(next)) : undefined), [data]);
  return stream;
}

/** Subscribes to everything there is; the function that is returned ends it. */
function follow(live: LiveFields, set: (next: (former: Stream) => Stream) => void): () => void {
  const client = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { Authorization: `Bearer ${storedKey()}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    on: {
      connected: () => set((former) => ({ ...former, state: 'live' })),
      closed: () => set((former) => ({ ...former, state: 'away' })),
    },
  });
  const ends: (() => void)[] = [];
  for (const field of live.__type?.fields ?? []) {
    const change = field.type.ofType;
    const entity = change.fields.find(({ type }) => type.ofType?.kind === 'OBJECT');
    if (!entity) {
      continue;
    }
    const type = change.name.replace(/Change$/, '');
    const end = client.subscribe<Record<string, Omit<Change, 'subjectId' | 'type'> & Record<string, { id: string } | null>>>(
      { query: `subscription { ${field.name} { id sequence eventName at changed ${entity.name} { id } } }` },
      {
        next: ({ data }) => {
          const told = data?.[field.name];
          if (told) {
            const one: Change = { ...told, subjectId: told[entity.name]?.id, type };
            set((former) => ({ ...former, changes: [one, ...former.changes].slice(0, kept) }));
          }
        },
        error: () => set((former) => ({ ...former, hidden: [...former.hidden, type] })),
        complete: () => {},
      },
    );
    ends.push(end);
  }
  // The socket closes with its last subscription.
  return () => ends.forEach((end) => end());
}
