import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useData } from './api';
import { clockOf, count, exact, span, subjectName } from './format';
import { ReplayDialog, local, moment } from './jobs';
import { useParameters } from './params';
import { type DeliveryLine, type PageInfo, type WebhookName, eventNames } from './types';
import { Badge, Empty, Field, Head, Loading, Pager, Problem, Time, WebhookLink, hostOf, pageOf, stateName } from './ui';
import { ClassFilter } from './webhooks';

const size = 50;

export const statuses = ['UNSENT', 'REJECTED', 'SENT', 'FAILED', 'CANCELLED', 'SKIPPED', 'HELD'];

/** How often a list that is watched is read again, in milliseconds. */
const live = 1500;

export function Deliveries() {
  const [parameters, change] = useParameters();
  const [watching, setWatching] = useState(true);
  const [replaying, setReplaying] = useState(false);
  const place = { after: parameters.get('after') ?? undefined, before: parameters.get('before') ?? undefined };
  const filter = filterOf(parameters);
  const newest = !place.after && !place.before;
  const { data, error, refetch, isPlaceholderData } = useData<{ webhookEvents: { pageInfo: PageInfo; nodes: DeliveryLine[] } | null }>(
    'Deliveries',
    { ...pageOf(place, size), ...filter },
    { refetchInterval: watching && newest && live, placeholderData: keepPreviousData },
  );
  const counted = useData<{ webhookEvents: { totalCount: number } | null }>('DeliveryCount', filter, { refetchInterval: watching && 15_000, placeholderData: keepPreviousData });
  const page = data?.webhookEvents;
  // The count is read less often than the lines.
  const total = counted.data?.webhookEvents && Math.max(counted.data.webhookEvents.totalCount, page?.nodes.length ?? 0);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <Head title="Deliveries" about="Every event for every webhook, newest first.">
        <label className="switch">
          <input type="checkbox" checked={watching} onChange={(event) => setWatching(event.target.checked)} />
          Live
        </label>
        {filter.webhookId && (
          <button type="button" onClick={() => setReplaying(true)}>
            Replay
          </button>
        )}
      </Head>
      <Filters parameters={parameters} change={(values) => change({ ...values, after: '', before: '' })} filtered={filtered} />
      {error && <Problem error={error} retry={refetch} />}
      {!page ? (
        !error && <Loading />
      ) : page.nodes.length === 0 ? (
        <None filtered={filtered} />
      ) : (
        <>
          <div aria-busy={isPlaceholderData}>
            <DeliveryTable lines={page.nodes} />
          </div>
          <Pager page={page.pageInfo} place={place} go={(to) => change({ after: to.after, before: to.before })} about={!total ? '' : `${count(total)} ${total === 1 ? 'delivery' : 'deliveries'}`} />
        </>
      )}
      {replaying && filter.webhookId && <ReplayDialog webhook={{ id: filter.webhookId }} close={() => setReplaying(false)} />}
    </>
  );
}

/** What the address says, as the API takes it; what is absent stays undefined, and so out of the request. */
function filterOf(parameters: URLSearchParams) {
  const text = (name: string) => parameters.get(name) || undefined;
  const chosen = parameters.getAll('status');
  return {
    webhookId: text('webhook'),
    statuses: chosen.length > 0 ? chosen : undefined,
    type: text('type'),
    eventName: text('event'),
    subjectId: text('subject'),
    since: text('since'),
    until: text('until'),
  };
}

interface FilterProps {
  parameters: URLSearchParams;
  change: (values: Record<string, string | string[] | undefined>) => void;
  filtered: boolean;
}

function Filters({ parameters, change, filtered }: FilterProps) {
  const [path, navigate] = useLocation();
  const { data } = useData<{ webhooks: { nodes: WebhookName[] } | null }>('WebhookNames', undefined, { staleTime: 60_000 });
  const chosen = parameters.getAll('status');
  const names = data?.webhooks?.nodes ?? [];
  const webhook = parameters.get('webhook');
  const time = (name: string) => (parameters.get(name) ? local(Date.parse(parameters.get(name)!)) : '');
  const more = ['type', 'event', 'subject', 'since', 'until'].some((name) => parameters.has(name));
  return (
    <form className="filters" aria-label="Which deliveries" onSubmit={(event) => event.preventDefault()}>
      <fieldset className="chips">
        <legend className="unseen">Status</legend>
        {statuses.map((status) => (
          <label key={status}>
            <input type="checkbox" checked={chosen.includes(status)} onChange={(event) => change({ status: event.target.checked ? [...chosen, status] : chosen.filter((s) => s !== status) })} />
            <span>{stateName(status)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        Webhook
        <select value={webhook ?? ''} onChange={(event) => change({ webhook: event.target.value })}>
          <option value="">any</option>
          {webhook && !names.some(({ id }) => id === webhook) && <option value={webhook}>{subjectName(webhook)}</option>}
          {names.map(({ id, name, url }) => (
            <option key={id} value={id}>
              {name || hostOf(url)}
            </option>
          ))}
        </select>
      </label>
      <details open={more || undefined} className="more">
        <summary>More filters</summary>
        <div className="grid">
          <ClassFilter value={parameters.get('type') ?? undefined} onChange={(type) => change({ type })} />
          <label>
            Event
            <select value={parameters.get('event') ?? ''} onChange={(event) => change({ event: event.target.value })}>
              <option value="">any</option>
              {eventNames.map((name) => (
                <option key={name} value={name}>
                  {name.toLowerCase()}
                </option>
              ))}
            </select>
          </label>
          <Field label="Id of the entity">
            {(props) => <input {...props} key={parameters.get('subject')} defaultValue={parameters.get('subject') ?? ''} spellCheck={false} onBlur={(event) => change({ subject: event.target.value.trim() })} onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()} />}
          </Field>
          <Field label="From">{(props) => <input {...props} type="datetime-local" value={time('since')} onChange={(event) => change({ since: moment(event.target.value) ?? '' })} />}</Field>
          <Field label="To">{(props) => <input {...props} type="datetime-local" value={time('until')} onChange={(event) => change({ until: moment(event.target.value) ?? '' })} />}</Field>
        </div>
      </details>
      {filtered && (
        <button type="button" className="small" onClick={() => navigate(path)}>
          Clear the filters
        </button>
      )}
    </form>
  );
}

function None({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="No delivery fits">Take a filter away above. Old deliveries are not kept for ever.</Empty>
  ) : (
    <Empty title="Nothing was delivered yet">
      <Link href="/compose">Register a webhook</Link>, then change an entity of its class; it appears here by itself.
    </Empty>
  );
}

export function DeliveryTable({ lines, withoutWebhook }: { lines: DeliveryLine[]; withoutWebhook?: boolean }) {
  return (
    <table className="list">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">Status</th>
          {!withoutWebhook && <th scope="col">Webhook</th>}
          <th scope="col" className="number">Attempts</th>
          <th scope="col" className="number">Took</th>
          <th scope="col">Made</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td className="main">
              <Link href={`/deliveries/${encodeURIComponent(line.id)}`}>
                {subjectName(line.subjectId)} {line.eventName}
              </Link>
              {line.reason !== 'CHANGE' && <span className="hint">{line.reason.toLowerCase()}</span>}
            </td>
            <td data-label="Status">
              <Badge state={line.status} />
              {line.errorMessage && <span className="hint clip">{line.errorMessage}</span>}
            </td>
            {!withoutWebhook && (
              <td data-label="Webhook">
                <WebhookLink webhook={line.webhook} />
              </td>
            )}
            <td className="number" data-label="Attempts">{line.attempts}</td>
            <td className="number" data-label="Took">{line.processedAt ? span(line.createdAt, line.processedAt) : '–'}</td>
            <td data-label="Made">
              <span title={exact(line.createdAt)}>{clockOf(line.createdAt)}</span>
              <span className="hint">
                <Time at={line.createdAt} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
