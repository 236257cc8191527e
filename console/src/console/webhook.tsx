import { type ReactNode, Suspense, lazy, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useAction, useData, sentencesOf } from './api';
import { Code } from './code';
import { DeliveryTable } from './deliveries';
import { count, duration, exact, json, words } from './format';
import { BackfillDialog, JobTable, ReplayDialog } from './jobs';
import { SecretDialog, Verification } from './secret';
import { openInPlayground } from './handover';
import type { DeliveryLine, Job, Outcome, Response, Webhook } from './types';
import { Badge, Card, Copy, Dialog, Empty, Field, Head, Loading, Problem, Sentences, Tile, Time, hostOf } from './ui';

// It knows the schema, to find entities of any class.
const EntityPicker = lazy(() => import('./picker'));

type Doing = 'ping' | 'trigger' | 'rotate' | 'replay' | 'backfill' | 'delete';

export function WebhookPage({ id }: { id: string }) {
  const { data, error, refetch } = useData<{ node: Webhook | null }>('Webhook', { id }, { refetchInterval: 5000 });
  const [doing, setDoing] = useState<Doing>();
  const webhook = data?.node;
  if (error && !webhook) {
    return (
      <>
        <Problem error={error} retry={refetch} />
        <Empty title="This webhook cannot be shown">
          It was deleted, or this key may not see it. <Link href="/webhooks">All webhooks</Link>
        </Empty>
      </>
    );
  }
  if (!webhook) {
    return <Loading />;
  }
  return (
    <>
      <p className="crumbs">
        <Link href="/webhooks">Webhooks</Link>
      </p>
      <Head
        title={
          <>
            {webhook.name || hostOf(webhook.url)} <Badge state={webhook.state} />
          </>
        }
        about={
          <>
            {words(webhook.type)} · {webhook.eventNames?.map((name) => name.toLowerCase()).join(', ') ?? 'every event'} · {webhook.seller?.businessName ?? 'operator'}
          </>
        }
      >
        <button type="button" onClick={() => setDoing('ping')}>Ping</button>
        <button type="button" onClick={() => setDoing('trigger')}>Trigger</button>
        <PauseButton webhook={webhook} />
        <Link href={`/webhooks/${encodeURIComponent(id)}/edit`} className="button">
          Edit
        </Link>
      </Head>
      <WhyNot webhook={webhook} />
      <p className="endpoint">
        <code>POST {webhook.url}</code>
        <Copy text={webhook.url} />
      </p>
      <HealthTiles webhook={webhook} />
      <Latest webhook={webhook} />
      <div className="columns">
        <div className="stack">
          <Card title="Document" aside={<DocumentLinks webhook={webhook} />}>
            {webhook.queryString ? <Code text={webhook.queryString} label="The document" /> : <p>None: only the type’s name is sent.</p>}
            {webhook.filter && (
              <>
                <h3>Filter</h3>
                <Code text={webhook.filter} label="The filter" />
              </>
            )}
            <Sentences tone="warn" of={webhook.deprecatedFields.map((field) => `Deprecated: ${field}`)} />
            <p className="hint">
              Reads {webhook.requiredScopes.join(', ') || 'nothing that needs a scope'}; cost {count(webhook.cost)}.
            </p>
          </Card>
          <JobsOf id={id} start={setDoing} />
          <Secrets webhook={webhook} rotate={() => setDoing('rotate')} />
        </div>
        <div className="stack">
          <Settings webhook={webhook} />
          <Card title="Schema of the body">
            <details>
              <summary>JSON Schema, draft 2020-12</summary>
              <Code text={json(webhook.payloadSchema)} label="JSON Schema of the body" language="json" />
            </details>
          </Card>
        </div>
      </div>
      <Card title="Delete" className="danger">
        <p>Events that still wait are cancelled. This cannot be undone.</p>
        <button type="button" className="danger" onClick={() => setDoing('delete')}>
          Delete this webhook
        </button>
      </Card>
      {doing && <Doings what={doing} webhook={webhook} close={() => setDoing(undefined)} />}
    </>
  );
}

function Doings({ what, webhook, close }: { what: Doing; webhook: Webhook; close: () => void }) {
  const dialogs = { ping: PingDialog, trigger: TriggerDialog, rotate: RotateDialog, replay: ReplayDialog, backfill: BackfillDialog, delete: DeleteDialog };
  const Chosen = dialogs[what];
  return <Chosen webhook={webhook} close={close} />;
}

const advice: Record<string, string> = {
  PAUSED: 'Its events are kept and sent when it is resumed.',
  DISABLED: 'Its events are kept. See below why deliveries failed, mend the receiver, then resume: one event is tried first.',
  INVALID: 'Its events are kept. Edit the document, or give its key the scopes that it needs.',
};

function WhyNot({ webhook }: { webhook: Webhook }) {
  return webhook.state === 'ACTIVE' ? null : (
    <div className={`notice ${webhook.state === 'PAUSED' ? 'warn' : 'bad'}`} role="note">
      <p>
        <strong>{webhook.stateReason ?? 'It is paused.'}</strong> {advice[webhook.state]} (since <Time at={webhook.stateSince} />)
      </p>
    </div>
  );
}

function PauseButton({ webhook }: { webhook: Webhook }) {
  const update = useAction<Outcome>('Update');
  const resume = webhook.state === 'PAUSED' || webhook.state === 'DISABLED';
  return (
    <>
      <button type="button" disabled={update.isPending} onClick={() => update.mutate({ id: webhook.id, attributes: { enabled: resume } })}>
        {resume ? 'Resume' : 'Pause'}
      </button>
      {update.error && <Problem error={update.error} />}
      <Sentences of={sentencesOf(update.data?.errors)} />
    </>
  );
}

function HealthTiles({ webhook: { health } }: { webhook: Webhook }) {
  const ms = (value: number | null) => (value === null ? '–' : duration(value));
  return (
    <dl className="tiles">
      <Tile label="Sent, 24 h" value={count(health.sent24h)} about={<>last <Time at={health.lastSentAt} /></>} />
      <Tile label="Failed, 24 h" value={count(health.failed24h)} tone={health.failed24h > 0 ? 'bad' : undefined} about={<>last failed attempt <Time at={health.lastFailureAt} /></>} />
      <Tile label="Waiting" value={count(health.pending)} tone={health.pending > 0 ? 'busy' : undefined} about="for a first attempt, a retry or a resume" />
      <Tile label="Median" value={ms(health.latencyMsP50)} about={`95 of 100 within ${ms(health.latencyMsP95)}`} />
      <Tile label="Failures in a row" value={count(health.consecutiveFailures)} tone={health.consecutiveFailures > 0 ? 'warn' : undefined} about="since the last success" />
    </dl>
  );
}

function Latest({ webhook }: { webhook: Webhook }) {
  const { data, error } = useData<{ webhookEvents: { nodes: DeliveryLine[] } | null }>('Deliveries', { first: 8, webhookId: webhook.id }, { refetchInterval: 2000 });
  const lines = data?.webhookEvents?.nodes ?? [];
  return (
    <Card title="Latest deliveries" aside={<Link href={`/deliveries?webhook=${encodeURIComponent(webhook.id)}`}>All of them</Link>}>
      {error && <Problem error={error} />}
      {data && lines.length === 0 ? (
        <Empty title="Nothing was sent yet">
          Change {article(words(webhook.type).toLowerCase())}, or press Trigger to send one that exists.
        </Empty>
      ) : (
        <DeliveryTable lines={lines} withoutWebhook />
      )}
    </Card>
  );
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function DocumentLinks({ webhook }: { webhook: Webhook }) {
  return (
    <>
      <button type="button" className="small" onClick={() => openInPlayground(webhook.queryString ?? '')}>
        Open in the playground
      </button>
      <Link href={`/webhooks/${encodeURIComponent(webhook.id)}/edit`}>Edit</Link>
    </>
  );
}

function Settings({ webhook }: { webhook: Webhook }) {
  const rows: [string, ReactNode][] = [
    ['Id', <code key="id">{webhook.id}</code>],
    ['Identifier', webhook.identifier ?? '–'],
    ['Body', webhook.format.toLowerCase()],
    ['Timeout', `${webhook.timeoutSeconds} s`],
    ['Retries', webhook.maxRetries],
    ['At once', webhook.concurrentSendLimit],
    ['Rate', webhook.ratePerSecond === 0 ? 'unlimited' : `${webhook.ratePerSecond} a second`],
    ['Coalesced', webhook.coalesceSeconds === 0 ? 'no' : `over ${webhook.coalesceSeconds} s`],
    ['In order', yes(webhook.ordered)],
    ['Equal payloads', webhook.allowSkip ? 'skipped' : 'sent'],
    ['Own changes', webhook.ignoreOwnChanges ? 'ignored' : 'sent'],
    ['With errors', webhook.onErrors === 'HOLD' ? 'held' : 'delivered'],
    ['Own headers', Object.keys(webhook.headers ?? {}).join(', ') || '–'],
    ['Created', exact(webhook.createdAt)],
    ['Changed', exact(webhook.updatedAt)],
  ];
  return (
    <Card title="Settings" aside={<Link href={`/webhooks/${encodeURIComponent(webhook.id)}/edit`}>Edit</Link>}>
      <dl className="rows">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function yes(on: boolean): string {
  return on ? 'yes' : 'no';
}

function JobsOf({ id, start }: { id: string; start: (doing: Doing) => void }) {
  const { data } = useData<{ webhookJobs: { nodes: Job[] } }>('Jobs', { first: 5, webhookId: id }, { refetchInterval: 2000 });
  const jobs = data?.webhookJobs.nodes ?? [];
  return (
    <Card
      title="Send again"
      aside={
        <>
          <button type="button" className="small" onClick={() => start('replay')}>Replay events</button>
          <button type="button" className="small" onClick={() => start('backfill')}>Backfill entities</button>
        </>
      }
    >
      {jobs.length > 0 ? <JobTable jobs={jobs} /> : <p className="hint">A replay sends events of a time again; a backfill sends every entity that exists.</p>}
    </Card>
  );
}

function Secrets({ webhook, rotate }: { webhook: Webhook; rotate: () => void }) {
  return (
    <Card
      title="Signing secrets"
      aside={
        <button type="button" className="small" onClick={rotate}>
          Rotate
        </button>
      }
    >
      <ul className="plain">
        {webhook.secrets.map((secret) => (
          <li key={secret.fingerprint}>
            <code>{secret.fingerprint}</code> made <Time at={secret.createdAt} />
            {secret.expiresAt && <>, signs until {exact(secret.expiresAt)}</>}
          </li>
        ))}
      </ul>
      {webhook.publicKey && (
        <p>
          Public key: <code>{webhook.publicKey}</code> <Copy text={webhook.publicKey} />
        </p>
      )}
      <details>
        <summary>How to verify a delivery</summary>
        <Verification />
      </details>
    </Card>
  );
}

interface DialogProps {
  webhook: Webhook;
  close: () => void;
}

function PingDialog({ webhook, close }: DialogProps) {
  const ping = useAction<Outcome & { response: Response | null }>('Ping');
  const response = ping.data?.response;
  return (
    <Dialog title="Ping" close={close}>
      <p>Sends one signed request now, with the newest entity, outside events and retries. It is not stored.</p>
      <button type="button" className="primary" disabled={ping.isPending} onClick={() => ping.mutate({ id: webhook.id })}>
        {ping.isPending ? 'Waiting for the answer…' : 'Send the ping'}
      </button>
      {ping.error && <Problem error={ping.error} />}
      <Sentences of={sentencesOf(ping.data?.errors)} />
      {response && (
        <div role="status">
          <p>
            Answered <StatusCode status={response.status} />
          </p>
          {response.body !== null && <Code text={json(response.body)} label="The answer" language="json" />}
        </div>
      )}
    </Dialog>
  );
}

export function StatusCode({ status }: { status: number }) {
  return <span className={`badge ${status >= 200 && status < 300 ? 'good' : 'bad'}`}>HTTP {status}</span>;
}

function TriggerDialog({ webhook, close }: DialogProps) {
  const trigger = useAction<Outcome & { webhookEvent: { id: string } | null }>('Trigger');
  const [, navigate] = useLocation();
  const [subjectId, setSubjectId] = useState('');
  function send() {
    trigger.mutate(
      { id: webhook.id, subjectId: subjectId.trim() },
      { onSuccess: (result) => result.webhookEvent && navigate(`/deliveries/${encodeURIComponent(result.webhookEvent.id)}`) },
    );
  }
  return (
    <Dialog title="Trigger" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <p>Executes the document for one entity, as if it had changed now, and sends the result.</p>
        <Suspense fallback={<Loading />}>
          <EntityPicker klass={webhook.type} value={subjectId} onChange={setSubjectId} />
        </Suspense>
        <Sentences of={sentencesOf(trigger.data?.errors)} />
        {trigger.error && <Problem error={trigger.error} />}
        {trigger.data && !trigger.data.errors?.length && !trigger.data.webhookEvent && <Sentences tone="warn" of={['The event follows as soon as a process delivers; the list of deliveries shows it then.']} />}
        <footer>
          <button type="submit" className="primary" disabled={trigger.isPending || !subjectId}>
            Send
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const overlaps: [number, string][] = [
  [86_400, 'a day'],
  [3600, 'an hour'],
  [604_800, 'seven days'],
  [0, 'not at all: it leaked'],
];

function RotateDialog({ webhook, close }: DialogProps) {
  const rotate = useAction<Outcome & { secret: string | null }>('Rotate');
  const [overlapSeconds, setOverlap] = useState(86_400);
  if (rotate.data?.secret) {
    return <SecretDialog secret={rotate.data.secret} close={close} />;
  }
  return (
    <Dialog title="Rotate the secret" close={close}>
      <p>A new secret is made and shown once. The former one signs beside it for a while, so that no delivery fails.</p>
      <Field label="The former one goes on signing for" errors={sentencesOf(rotate.data?.errors)}>
        {(props) => (
          <select {...props} value={overlapSeconds} onChange={(event) => setOverlap(Number(event.target.value))}>
            {overlaps.map(([seconds, name]) => (
              <option key={seconds} value={seconds}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {rotate.error && <Problem error={rotate.error} />}
      <footer>
        <button type="button" className="primary" disabled={rotate.isPending} onClick={() => rotate.mutate({ id: webhook.id, overlapSeconds })}>
          {rotate.isPending ? 'Rotating…' : 'Make a new secret'}
        </button>
      </footer>
    </Dialog>
  );
}

function DeleteDialog({ webhook, close }: DialogProps) {
  const remove = useAction<Outcome>('Delete');
  const [, navigate] = useLocation();
  return (
    <Dialog title="Delete this webhook?" close={close}>
      <p>
        <strong>{webhook.name || hostOf(webhook.url)}</strong> hears of nothing any more; {count(webhook.health.pending)} waiting events are cancelled.
      </p>
      {remove.error && <Problem error={remove.error} />}
      <Sentences of={sentencesOf(remove.data?.errors)} />
      <footer>
        <button type="button" onClick={close}>
          Keep it
        </button>
        <button type="button" className="danger" disabled={remove.isPending} onClick={() => remove.mutate({ id: webhook.id }, { onSuccess: (result) => !result.errors?.length && navigate('/webhooks') })}>
          Delete it
        </button>
      </footer>
    </Dialog>
  );
}
