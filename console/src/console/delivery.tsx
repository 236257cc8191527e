import { diffLines } from 'diff';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { sentencesOf, useAction, useData } from './api';
import { Code } from './code';
import { clockOf, count, exact, json, pretty, span, subjectName, words } from './format';
import { type Delivery as Event, type Outcome, type Response } from './types';
import { Badge, Card, Copy, Empty, Head, Loading, Problem, Sentences, Tabs, Time, WebhookLink } from './ui';
import { StatusCode } from './webhook';

/** States in which an event can still be called off. */
const waiting = ['Unsent', 'Rejected', 'Held'];

export function Delivery({ id }: { id: string }) {
  const { data, error, refetch } = useData<{ node: Event | null }>('Delivery', { id }, { refetchInterval: 1500 });
  const event = data?.node;
  if (error && !event) {
    return (
      <>
        <Problem error={error} retry={refetch} />
        <Empty title="This delivery cannot be shown">
          It is no longer kept, or this key may not see it. <Link href="/deliveries">All deliveries</Link>
        </Empty>
      </>
    );
  }
  if (!event) {
    return <Loading />;
  }
  return (
    <>
      <p className="crumbs">
        <Link href="/deliveries">Deliveries</Link>
      </p>
      <Head
        title={
          <>
            {subjectName(event.subjectId)} {event.eventName} <Badge state={event.status} />
          </>
        }
        about={
          <>
            to <WebhookLink webhook={event.webhook} /> · number {count(event.sequence)} · {reasons[event.reason]}
          </>
        }
      >
        <Actions event={event} />
      </Head>
      <Why event={event} />
      <div className="columns">
        <Timeline event={event} />
        <Request event={event} />
      </div>
      <Payload event={event} />
      <Card title="Answers">
        {event.responses?.length ? (
          [...event.responses].reverse().map((response) => <Answer key={response.id} response={response} event={event} />)
        ) : (
          <p className="hint">{event.attempts > 0 ? 'No attempt got an answer.' : 'Nothing was sent yet.'}</p>
        )}
      </Card>
    </>
  );
}

const reasons: Record<Event['reason'], string> = {
  CHANGE: 'because it changed',
  TRIGGER: 'triggered by a person',
  REPLAY: 'executed again by a person',
  BACKFILL: 'from a backfill',
  PING: 'a ping',
};

function Actions({ event }: { event: Event }) {
  const resend = useAction<Outcome & { webhookEvent: { id: string } | null }>('Resend');
  const cancel = useAction<Outcome>('Cancel');
  const [, navigate] = useLocation();
  const open = ({ webhookEvent }: { webhookEvent: { id: string } | null }) => webhookEvent && webhookEvent.id !== event.id && navigate(`/deliveries/${encodeURIComponent(webhookEvent.id)}`);
  const busy = resend.isPending || cancel.isPending;
  const failure = resend.error ?? cancel.error;
  return (
    <>
      <button type="button" className="primary" disabled={busy} onClick={() => resend.mutate({ id: event.id, mode: 'STORED' })} title="The stored bytes, as the same event">
        {waiting.includes(event.status) ? 'Send now' : 'Resend'}
      </button>
      <button type="button" disabled={busy} onClick={() => resend.mutate({ id: event.id, mode: 'REEXECUTE' }, { onSuccess: open })} title="The result of the document now, as a new event">
        Execute again
      </button>
      {waiting.includes(event.status) && (
        <button type="button" disabled={busy} onClick={() => cancel.mutate({ id: event.id })}>
          Cancel
        </button>
      )}
      {failure && <Problem error={failure} />}
      <Sentences of={[...sentencesOf(resend.data?.errors), ...sentencesOf(cancel.data?.errors)]} />
      {resend.data && !resend.data.errors?.length && !failure && (
        <span className="hint" role="status">
          Asked for
        </span>
      )}
    </>
  );
}

/** Why it is where it is, and what to do about it. */
function Why({ event }: { event: Event }) {
  const advice = adviceFor(event);
  if (!event.errorMessage && !advice) {
    return null;
  }
  const bad = event.status === 'Failed' || event.status === 'Rejected';
  return (
    <div className={`notice ${bad ? 'bad' : 'warn'}`} role="note">
      {event.errorMessage && (
        <p>
          <strong>{event.errorMessage}</strong>
        </p>
      )}
      {advice && <p>{advice}</p>}
    </div>
  );
}

function adviceFor(event: Event): string {
  const answered = event.responses?.at(-1)?.status;
  switch (event.status) {
    case 'Rejected':
      return `${whatToDo(answered)} It is tried again by itself${event.retryAfter && Date.parse(event.retryAfter) > Date.now() ? `, next at ${exact(event.retryAfter)}` : ''}; Send now does not wait for that.`;
    case 'Failed':
      return `${whatToDo(answered)} It was given up; Resend sends the same bytes again.`;
    case 'Held':
      return event.webhook.state === 'ACTIVE'
        ? 'Its document gave errors, and the webhook holds such events. Edit the webhook, or enable it again, to execute it anew.'
        : `The webhook is not sending: ${event.webhook.stateReason ?? 'it is paused'}. It is sent once the webhook is active.`;
    default:
      return '';
  }
}

function whatToDo(status: number | undefined): string {
  if (status === undefined) {
    return 'Is the receiver running, and can this server reach it?';
  }
  if (status === 401 || status === 403) {
    return 'The receiver refused it: look at its credentials, or at how it verifies the signature.';
  }
  if (status === 404 || status === 410) {
    return 'The receiver knows no such address: look at the webhook’s URL.';
  }
  if (status >= 300 && status < 400) {
    return 'Redirects are not followed: put the final address into the webhook.';
  }
  return status >= 500 ? 'The receiver failed: its answer below and its own log say why.' : 'The receiver refused it: its answer below says why.';
}

function Timeline({ event }: { event: Event }) {
  const unanswered = event.attempts - (event.responses?.length ?? 0);
  return (
    <Card title="Timing" aside={`${event.attempts} of at most ${event.webhook.maxRetries + 1} attempts`}>
      <ol className="timeline">
        <li>
          <b>Made</b> {exact(event.createdAt)} <span className="hint">{clockOf(event.createdAt)}</span>
        </li>
        {event.responses?.map((response) => (
          <li key={response.id} className={response.status < 300 ? 'good' : 'bad'}>
            <b>
              Answered <StatusCode status={response.status} />
            </b>{' '}
            after {span(event.createdAt, response.createdAt)} <span className="hint">{clockOf(response.createdAt)}</span>
          </li>
        ))}
        {unanswered > 0 && (
          <li className="bad">
            <b>
              {unanswered} {unanswered === 1 ? 'attempt' : 'attempts'} without an answer
            </b>
          </li>
        )}
        {event.retryAfter && (
          <li className="warn">
            <b>Next attempt</b> {Date.parse(event.retryAfter) > Date.now() ? <Time at={event.retryAfter} /> : 'when its endpoint has a place'} <span className="hint">{exact(event.retryAfter)}</span>
          </li>
        )}
        {event.processedAt && (
          <li className={event.status === 'Sent' ? 'good' : 'quiet'}>
            <b>{event.status}</b> after {span(event.createdAt, event.processedAt)} <span className="hint">{clockOf(event.processedAt)}</span>
          </li>
        )}
      </ol>
    </Card>
  );
}

/** The request as far as the API tells of it: time and signature differ with each attempt. */
function Request({ event }: { event: Event }) {
  const { webhook } = event;
  const headers: [string, string][] = [
    ['Content-Type', webhook.format === 'CLOUDEVENTS' ? 'application/cloudevents+json' : 'application/json'],
    ['webhook-id', event.id],
    ['webhook-timestamp', 'seconds, of each attempt'],
    ['webhook-signature', webhook.asymmetric ? 'v1,… v1a,…' : 'v1,…'],
    ['…-Sequence', String(event.sequence)],
    ...Object.entries(webhook.headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  return (
    <Card title="Request">
      <p className="endpoint">
        <code>POST {webhook.url}</code>
        <Copy text={webhook.url} />
      </p>
      <dl className="rows mono">
        {headers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">
        About <Link href={`/deliveries?subject=${encodeURIComponent(event.subjectId)}`}>{subjectName(event.subjectId)}</Link> ({event.subjectId}), body {words(webhook.format).toLowerCase()}.
      </p>
    </Card>
  );
}

interface Former {
  id: string;
  sequence: number;
  eventName: string | null;
  createdAt: string;
  status: string;
  payload: unknown;
}

const payloadViews = ['Payload', 'What differs'] as const;

function Payload({ event }: { event: Event }) {
  const [view, setView] = useState<(typeof payloadViews)[number]>('Payload');
  const { data, isPending } = useData<{ webhookEvents: { nodes: Former[] } | null }>('DeliveriesOfSubject', {
    webhookId: event.webhook.id,
    subjectId: event.subjectId,
    until: event.createdAt,
  });
  const former = data?.webhookEvents?.nodes.find((other) => other.sequence < event.sequence && other.payload !== null);
  return (
    <Card title="Body" aside={<Tabs label="What is shown" names={payloadViews} chosen={view} choose={setView} />}>
      {event.payload === null ? (
        <p className="hint">The document was not executed yet.</p>
      ) : view === 'Payload' ? (
        <Code text={json(bodyOf(event))} label="The body" language="json" />
      ) : former ? (
        <Diff former={former} payload={event.payload} />
      ) : (
        <p className="hint">{isPending ? 'Reading…' : `No earlier delivery of ${subjectName(event.subjectId)} to this webhook is kept.`}</p>
      )}
      {view === 'Payload' && event.webhook.format !== 'ENVELOPE' && <p className="hint">The response of the document, which the body holds in the webhook’s format.</p>}
    </Card>
  );
}

/** The body where the format is as plain as to be told from the payload; else the payload. */
function bodyOf(event: Event): unknown {
  return event.webhook.format === 'ENVELOPE' ? { id: event.id, event_name: event.eventName, payload: event.payload } : event.payload;
}

function Diff({ former, payload }: { former: Former; payload: unknown }) {
  const parts = useMemo(() => diffLines(`${json(former.payload)}\n`, `${json(payload)}\n`), [former.payload, payload]);
  const differs = parts.some((part) => part.added || part.removed);
  return (
    <>
      <p>
        Against <Link href={`/deliveries/${encodeURIComponent(former.id)}`}>number {count(former.sequence)}</Link>, <Time at={former.createdAt} />
        {!differs && ': nothing differs'}
      </p>
      <div className="code">
        <pre tabIndex={0} role="region" aria-label="What differs from the delivery before">
          {parts.map((part, index) => {
            const sign = part.added ? '+' : part.removed ? '-' : ' ';
            const text = part.value.replace(/^(?=.)/gm, `${sign} `);
            // The parts have no identity but their place.
            return part.added ? <ins key={index}>{text}</ins> : part.removed ? <del key={index}>{text}</del> : <span key={index}>{text}</span>;
          })}
        </pre>
      </div>
    </>
  );
}

function Answer({ response, event }: { response: Response; event: Event }) {
  return (
    <details className="answer" open={response === event.responses?.at(-1)}>
      <summary>
        <StatusCode status={response.status} /> {exact(response.createdAt)} <span className="hint">after {span(event.createdAt, response.createdAt)}</span>
      </summary>
      {response.headers && (
        <dl className="rows mono">
          {Object.entries(response.headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {response.body === null ? <p className="hint">The answer was empty.</p> : <Code text={typeof response.body === 'string' ? pretty(response.body) : json(response.body)} label="The answer" language="json" />}
    </details>
  );
}
