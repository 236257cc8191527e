import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useMemo } from 'react';
import { Link } from 'wouter';
import { run, useData } from './api';
import { useChanges } from './changes';
import type { Series } from './chart';
import { clockOf, count, duration, subjectName } from './format';
import { type Recent, useRecent } from './recent';
import type { DeliveryLine } from './types';
import { Badge, Card, Empty, Head, Problem, Tile, WebhookLink } from './ui';

const Chart = lazy(() => import('./chart'));

export function Overview() {
  const recent = useRecent();
  return (
    <>
      <Head title="Overview" about="What is being told, to whom, and whether it arrives.">
        <Link href="/compose" className="button primary">
          New webhook
        </Link>
      </Head>
      <Totals />
      {recent.error && <Problem error={recent.error} retry={recent.refetch} />}
      {recent.data && <Rates recent={recent.data} />}
      <div className="columns">
        <Endpoints lines={recent.data?.lines ?? []} />
        <Changes />
      </div>
    </>
  );
}

const day = 86_400_000;

/** The server reads all that is kept to count it, so it is asked now and then only. */
const countEvery = 15_000;

function Totals() {
  const { data, error, refetch } = useQuery({
    queryKey: ['Totals'],
    queryFn: () => run<Record<string, { totalCount: number } | null>>('Totals', { since: new Date(Date.now() - day).toISOString() }),
    refetchInterval: countEvery,
  });
  if (error) {
    return <Problem error={error} retry={refetch} />;
  }
  const n = (name: string) => data?.[name]?.totalCount ?? 0;
  const ended = n('sent') + n('failed');
  const stopped = n('disabled') + n('invalid');
  return (
    <dl className="tiles">
      <Tile label="Sent, 24 h" value={count(n('sent'))} about={ended > 0 ? `${((n('sent') / ended) * 100).toFixed(n('failed') > 0 ? 2 : 0)} % of what ended` : 'nothing ended yet'} />
      <Tile label="Failed, 24 h" value={<Link href="/deliveries?status=FAILED">{count(n('failed'))}</Link>} tone={n('failed') > 0 ? 'bad' : undefined} about="given up" />
      <Tile label="Retrying" value={<Link href="/deliveries?status=REJECTED">{count(n('retrying'))}</Link>} tone={n('retrying') > 0 ? 'warn' : undefined} about="failed once or more, tried again" />
      <Tile label="Backlog" value={<Link href="/deliveries?status=UNSENT&status=HELD">{count(n('waiting') + n('held'))}</Link>} about={`${count(n('held'))} held while their webhook is off`} />
      <Tile label="Webhooks" value={<Link href="/webhooks">{count(n('webhooks'))}</Link>} tone={stopped > 0 ? 'bad' : undefined} about={stopped > 0 ? `${count(stopped)} switched off or invalid` : `${count(n('paused'))} paused`} />
    </dl>
  );
}

/** How long a bar can be, in milliseconds. */
const widths = [100, 500, 1000, 5000, 10_000, 30_000, 60_000];

/** What became of deliveries, in the colours of the states. */
const outcomes: { name: string; colour: Series['colour']; statuses: string[] }[] = [
  { name: 'Sent', colour: 'good', statuses: ['Sent'] },
  { name: 'Waiting or retrying', colour: 'warn', statuses: ['Unsent', 'Rejected', 'Held'] },
  { name: 'Failed', colour: 'bad', statuses: ['Failed'] },
];

function Rates({ recent }: { recent: Recent }) {
  const width = widths.find((ms) => (Date.now() - recent.since) / ms <= 61) ?? 60_000;
  const { at, series } = useMemo(() => barsOf(recent, width), [recent, width]);
  const said = series.map(({ name, values }) => `${name}: ${count(values.reduce((a, b) => a + b, 0))}`);
  const unit = width === 60_000 ? 'a minute' : `in ${duration(width)}`;
  return (
    <Card title={`Deliveries ${unit}`} aside={width === 60_000 ? 'the last hour' : `the last ${duration(Date.now() - recent.since)}`}>
      <Suspense fallback={<div className="chart" />}>
        <Chart at={at} series={series} label={`Deliveries ${unit}. ${said.join('; ')}`} />
      </Suspense>
      <ul className="legend">
        {outcomes.map(({ name, colour }, o) => (
          <li key={name}>
            <i className={colour} /> {said[o]}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function barsOf({ lines, since }: Recent, width: number): { at: number[]; series: Series[] } {
  const first = Math.ceil(since / width) * width;
  const bars = Math.max(1, Math.floor((Date.now() - first) / width) + 1);
  const series = outcomes.map(({ name, colour }) => ({ name, colour, values: Array.from({ length: bars }, () => 0) }));
  for (const line of lines) {
    const bar = Math.floor((Date.parse(line.createdAt) - first) / width);
    const values = series[outcomes.findIndex(({ statuses }) => statuses.includes(line.status))]?.values;
    if (values?.[bar] !== undefined) {
      values[bar]++;
    }
  }
  return { at: Array.from({ length: bars }, (_, i) => (first + i * width) / 1000), series };
}

interface Endpoint {
  webhook: DeliveryLine['webhook'];
  lines: DeliveryLine[];
}

/** Which endpoints fail and which are slow, by the latest deliveries. */
function Endpoints({ lines }: { lines: DeliveryLine[] }) {
  const failing = useData<Page>('Deliveries', { first: 200, statuses: ['REJECTED', 'FAILED'] }, { refetchInterval: 10_000 });
  const sent = lines.filter((line) => line.status === 'Sent');
  const worst = endpointsOf(failing.data?.webhookEvents?.nodes ?? []).sort((a, b) => b.lines.length - a.lines.length);
  const slowest = endpointsOf(sent)
    .map((endpoint) => ({ ...endpoint, took: tookOf(endpoint.lines) }))
    .sort((a, b) => percentile(b.took, 95) - percentile(a.took, 95));
  const took = tookOf(sent);
  return (
    <div className="stack">
      <Card title="Failing endpoints" aside="of the latest 200 that failed">
        {worst.length === 0 ? (
          <p className="hint">None: nothing is being retried, nothing was given up.</p>
        ) : (
          <ul className="ranking">
            {worst.slice(0, 5).map(({ webhook, lines }) => (
              <li key={webhook.id}>
                <WebhookLink webhook={webhook} /> <Badge state={webhook.state} />
                <span className="hint">
                  {count(lines.length)} × {lines[0]?.errorMessage ?? 'failed'}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title="From change to acceptance" aside={`of the latest ${count(took.length)} that were sent`}>
        {took.length === 0 ? (
          <p className="hint">Nothing was sent yet.</p>
        ) : (
          <>
            <dl className="facts even">
              {[50, 95, 99].map((p) => (
                <div key={p}>
                  <dt>{p === 50 ? 'Median' : `${p} %`}</dt>
                  <dd>{duration(percentile(took, p))}</dd>
                </div>
              ))}
            </dl>
            <h3>Slowest endpoints</h3>
            <ul className="ranking">
              {slowest.slice(0, 5).map((endpoint) => (
                <li key={endpoint.webhook.id}>
                  <WebhookLink webhook={endpoint.webhook} />
                  <span className="hint">
                    95 % within {duration(percentile(endpoint.took, 95))}, {count(endpoint.took.length)} of them
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Card>
    </div>
  );
}

interface Page {
  webhookEvents: { nodes: DeliveryLine[] } | null;
}

function endpointsOf(lines: DeliveryLine[]): Endpoint[] {
  const endpoints = new Map<string, Endpoint>();
  for (const line of lines) {
    const known = endpoints.get(line.webhook.id) ?? { webhook: line.webhook, lines: [] };
    known.lines.push(line);
    endpoints.set(line.webhook.id, known);
  }
  return [...endpoints.values()];
}

/** Milliseconds from being made to being accepted, sorted. */
function tookOf(lines: DeliveryLine[]): number[] {
  return lines.flatMap((line) => (line.processedAt ? [Date.parse(line.processedAt) - Date.parse(line.createdAt)] : [])).sort((a, b) => a - b);
}

function percentile(sorted: number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0;
}

function Changes() {
  const { changes, state, hidden } = useChanges();
  const states = { connecting: 'connecting…', live: 'live', away: 'connection lost, trying again' };
  return (
    <Card title="Changes as they happen" aside={<span className={`badge ${state === 'live' ? 'good' : 'warn'}`}>{states[state]}</span>}>
      {changes.length === 0 ? (
        <Empty title="Nothing has changed since you came">
          Change something, in the <a href="/playground">playground</a> for instance, and it passes by here.
        </Empty>
      ) : (
        <ol className="stream" aria-live="polite">
          {changes.map((change) => (
            <li key={change.id}>
              <time dateTime={change.at}>{clockOf(change.at)}</time>
              <span>
                {change.subjectId ? <Link href={`/deliveries?subject=${encodeURIComponent(change.subjectId)}`}>{subjectName(change.subjectId)}</Link> : change.type} {change.eventName.toLowerCase()}
                {change.changed.length > 0 && <span className="hint">{change.changed.join(', ')}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
      {hidden.length > 0 && <p className="hint">This key may not see changes of {hidden.join(', ')}.</p>}
    </Card>
  );
}
