import { useQuery, useQueryClient } from '@tanstack/react-query';
import { run } from './api';
import type { DeliveryLine, PageInfo } from './types';

interface Page {
  webhookEvents: { pageInfo: PageInfo; nodes: DeliveryLine[] } | null;
}

export interface Recent {
  /** The newest first. */
  lines: DeliveryLine[];
  /** When the time begins that they cover completely, in milliseconds. */
  since: number;
}

const pageSize = 500;

/** How many deliveries are looked at. Counting by time would make the server read all that are kept, each time. */
const most = 2000;

const hour = 3_600_000;

/** The latest deliveries, of an hour at most. The newest are read again all the time, and the others now and then. */
export function useRecent() {
  const client = useQueryClient();
  return useQuery<Recent>({
    queryKey: ['recent'],
    queryFn: async () => {
      const state = client.getQueryState<Recent>(['recent']);
      const known = state?.dataUpdateCount && state.dataUpdateCount % 10 !== 0 ? (state.data?.lines ?? []) : [];
      return since(await read(known));
    },
    refetchInterval: 3000,
  });
}

/** Reads until it meets what is known, or has the hour, or enough; what is known comes behind. */
async function read(known: DeliveryLine[]): Promise<DeliveryLine[]> {
  const begin = Date.now() - hour;
  const lines: DeliveryLine[] = [];
  for (let after: string | null = null; lines.length < most; ) {
    const { webhookEvents: page }: Page = await run<Page>('Deliveries', { first: pageSize, after });
    lines.push(...(page?.nodes ?? []));
    const last = lines.at(-1);
    if (!page?.pageInfo.hasNextPage || !last || Date.parse(last.createdAt) < begin) {
      return lines;
    }
    if (known[0] && last.sequence <= known[0].sequence) {
      break;
    }
    after = page.pageInfo.endCursor;
  }
  const read = new Set(lines.map((line) => line.id));
  return [...lines, ...known.filter((line) => !read.has(line.id))].slice(0, most);
}

function since(lines: DeliveryLine[]): Recent {
  const begin = Date.now() - hour;
  const oldest = lines.at(-1);
  return { lines, since: oldest && lines.length >= most ? Math.max(begin, Date.parse(oldest.createdAt)) : begin };
}
