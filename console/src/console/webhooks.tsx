import { keepPreviousData } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useData } from './api';
import { count, duration, words } from './format';
import { useParameters } from './params';
import type { Health, PageInfo, State, WebhookLine } from './types';
import { Badge, Empty, Head, Loading, Pager, Problem, hostOf, pageOf, stateName, toneOf } from './ui';

type Line = WebhookLine & { health: Health };

interface Page {
  webhooks: { totalCount: number; pageInfo: PageInfo; nodes: Line[] } | null;
}

const size = 25;
const states: State[] = ['ACTIVE', 'PAUSED', 'DISABLED', 'INVALID'];

export function Webhooks() {
  const [parameters, change] = useParameters();
  const state = parameters.get('state') ?? undefined;
  const type = parameters.get('type') ?? undefined;
  const place = { after: parameters.get('after') ?? undefined, before: parameters.get('before') ?? undefined };
  const { data, error, refetch, isPlaceholderData } = useData<Page>(
    'Webhooks',
    { ...pageOf(place, size), state, type },
    { refetchInterval: 5000, placeholderData: keepPreviousData },
  );
  const page = data?.webhooks;
  return (
    <>
      <Head title="Webhooks" about="What is sent where, and how it goes.">
        <Link href="/compose" className="button primary">
          New webhook
        </Link>
      </Head>
      <form className="filters" aria-label="Which webhooks" onSubmit={(event) => event.preventDefault()}>
        <label>
          State
          <select value={state ?? ''} onChange={(event) => change({ state: event.target.value, after: '', before: '' })}>
            <option value="">any</option>
            {states.map((s) => (
              <option key={s} value={s}>
                {stateName(s)}
              </option>
            ))}
          </select>
        </label>
        <ClassFilter value={type} onChange={(next) => change({ type: next, after: '', before: '' })} />
      </form>
      {error && <Problem error={error} retry={refetch} />}
      {!page ? !error && <Loading /> : page.nodes.length === 0 ? <None filtered={Boolean(state || type)} /> : <List lines={page.nodes} busy={isPlaceholderData} />}
      {page && page.nodes.length > 0 && (
        <Pager page={page.pageInfo} place={place} go={(to) => change({ after: to.after, before: to.before })} about={`${count(page.totalCount)} ${page.totalCount === 1 ? 'webhook' : 'webhooks'}`} />
      )}
    </>
  );
}

function None({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="No webhook fits">Choose another state or class above.</Empty>
  ) : (
    <Empty title="No webhook yet">
      <Link href="/compose">Compose one</Link>: choose a class, write a document, see what it would send, and register it.
    </Empty>
  );
}

export function ClassFilter({ value, onChange }: { value?: string; onChange: (type: string) => void }) {
  const { data } = useClasses();
  return (
    <label>
      Class
      <select value={value ?? ''} onChange={(event) => onChange(event.target.value)}>
        <option value="">any</option>
        {data?.classes.enumValues.map(({ name }) => (
          <option key={name} value={name}>
            {words(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Classes {
  classes: { enumValues: { name: string; description: string | null }[] };
}

/** The classes that a webhook can be about. */
export function useClasses() {
  return useData<Classes>('Classes', undefined, { staleTime: Number.POSITIVE_INFINITY });
}

interface Outcomes {
  nodes: ({ id: string; events: { id: string; status: string }[] | null } | null)[];
}

function List({ lines, busy }: { lines: Line[]; busy: boolean }) {
  const { data } = useData<Outcomes>('WebhookOutcomes', { ids: lines.map((line) => line.id) }, { refetchInterval: 5000, placeholderData: keepPreviousData });
  const outcomes = new Map(data?.nodes.map((node) => [node?.id, node?.events ?? []]));
  return (
    <table className="list" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">Webhook</th>
          <th scope="col">State</th>
          <th scope="col">About</th>
          <th scope="col">Latest</th>
          <th scope="col" className="number">Waiting</th>
          <th scope="col" className="number">Sent, 24 h</th>
          <th scope="col" className="number">Failed, 24 h</th>
          <th scope="col" className="number">p95</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td className="main">
              <Link href={`/webhooks/${encodeURIComponent(line.id)}`}>{line.name || hostOf(line.url)}</Link>
              <span className="hint">{line.name ? hostOf(line.url) : line.seller?.businessName}</span>
            </td>
            <td data-label="State">
              <Badge state={line.state} />
              {line.health.consecutiveFailures > 0 && <span className="hint">{count(line.health.consecutiveFailures)} failures in a row</span>}
            </td>
            <td data-label="About">
              {words(line.type)}
              <span className="hint">{line.eventNames?.map((name) => name.toLowerCase()).join(', ') ?? 'every event'}</span>
            </td>
            <td data-label="Latest">
              <Strip events={outcomes.get(line.id) ?? []} />
            </td>
            <td className="number" data-label="Waiting">{count(line.health.pending)}</td>
            <td className="number" data-label="Sent, 24 h">{count(line.health.sent24h)}</td>
            <td className={`number ${line.health.failed24h > 0 ? 'bad' : ''}`} data-label="Failed, 24 h">{count(line.health.failed24h)}</td>
            <td className="number" data-label="p95">{line.health.latencyMsP95 === null ? '–' : duration(line.health.latencyMsP95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The outcomes of the latest events, the newest on the right. */
export function Strip({ events }: { events: { id: string; status: string }[] }) {
  const shown = events.slice(0, 24).reverse();
  const sent = shown.filter((event) => event.status === 'Sent').length;
  return (
    <span className="strip" role="img" aria-label={shown.length > 0 ? `${sent} of the latest ${shown.length} were sent` : 'nothing yet'}>
      {shown.map((event) => (
        <i key={event.id} className={toneOf(event.status)} />
      ))}
    </span>
  );
}
