import { keepPreviousData } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { sentencesOf, useAction, useData } from './api';
import { count, words } from './format';
import { useParameters } from './params';
import type { Job, Outcome, PageInfo } from './types';
import { Badge, Dialog, Empty, Field, Head, Loading, Pager, Problem, Sentences, Time, WebhookLink, pageOf, stateName } from './ui';

const size = 25;

export function Jobs() {
  const [parameters, change] = useParameters();
  const place = { after: parameters.get('after') ?? undefined, before: parameters.get('before') ?? undefined };
  const { data, error, refetch } = useData<{ webhookJobs: { totalCount: number; pageInfo: PageInfo; nodes: Job[] } }>('Jobs', pageOf(place, size), {
    refetchInterval: 1000,
    placeholderData: keepPreviousData,
  });
  const page = data?.webhookJobs;
  return (
    <>
      <Head title="Jobs" about="Replays of events and backfills of entities, newest first." />
      {error && <Problem error={error} retry={refetch} />}
      {!page ? (
        !error && <Loading />
      ) : page.nodes.length === 0 ? (
        <Empty title="No job yet">
          Open a <Link href="/webhooks">webhook</Link> and choose Replay events or Backfill entities.
        </Empty>
      ) : (
        <>
          <JobTable jobs={page.nodes} withWebhook />
          <Pager page={page.pageInfo} place={place} go={(to) => change({ after: to.after, before: to.before })} about={`${count(page.totalCount)} ${page.totalCount === 1 ? 'job' : 'jobs'}`} />
        </>
      )}
    </>
  );
}

export function JobTable({ jobs, withWebhook }: { jobs: Job[]; withWebhook?: boolean }) {
  return (
    <table className="list">
      <thead>
        <tr>
          <th scope="col">Job</th>
          {withWebhook && <th scope="col">Webhook</th>}
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col">Asked for</th>
          <th scope="col">
            <span className="unseen">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobLine key={job.id} job={job} withWebhook={withWebhook} />
        ))}
      </tbody>
    </table>
  );
}

function JobLine({ job, withWebhook }: { job: Job; withWebhook?: boolean }) {
  const cancel = useAction<Outcome>('JobCancel');
  const ended = job.done + job.failed;
  return (
    <tr>
      <td className="main">{words(job.kind)}</td>
      {withWebhook && (
        <td data-label="Webhook">
          <WebhookLink webhook={job.webhook} />
        </td>
      )}
      <td data-label="State">
        <Badge state={job.state} />
      </td>
      <td data-label="Progress">
        <progress max={Math.max(job.total, 1)} value={job.state === 'DONE' ? Math.max(job.total, 1) : ended} aria-label={`${ended} of ${job.total}`} />
        <span className="hint">
          {count(ended)} of {count(job.total)}
          {job.failed > 0 && <span className="bad">, {count(job.failed)} failed</span>}
        </span>
      </td>
      <td data-label="Asked for">
        <Time at={job.createdAt} />
      </td>
      <td>
        {(job.state === 'QUEUED' || job.state === 'RUNNING') && (
          <button type="button" className="small" disabled={cancel.isPending} onClick={() => cancel.mutate({ id: job.id })}>
            Cancel
          </button>
        )}
        <Sentences of={sentencesOf(cancel.data?.errors)} />
      </td>
    </tr>
  );
}

interface DialogProps {
  webhook: { id: string };
  close: () => void;
}

const endings = ['SENT', 'FAILED', 'CANCELLED', 'SKIPPED'];

export function ReplayDialog({ webhook, close }: DialogProps) {
  const replay = useAction<Outcome & { job: { id: string } | null }>('Replay');
  const [statuses, setStatuses] = useState<string[]>(['FAILED']);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const variables = {
      id: webhook.id,
      since: moment(form.get('since')),
      until: moment(form.get('until')),
      statuses: statuses.length > 0 ? statuses : null,
      mode: form.get('mode'),
      ratePerSecond: Number(form.get('rate')) || null,
    };
    replay.mutate(variables, { onSuccess: (result) => !result.errors?.length && close() });
  }
  return (
    <Dialog title="Replay events" close={close}>
      <form onSubmit={submit}>
        <p>Sends events of a time again, oldest first.</p>
        <div className="pair">
          <Field label="From">{(props) => <input {...props} type="datetime-local" name="since" required defaultValue={local(Date.now() - 86_400_000)} />}</Field>
          <Field label="To" hint="Empty: up to now">{(props) => <input {...props} type="datetime-local" name="until" />}</Field>
        </div>
        <fieldset>
          <legend>Which of them</legend>
          {endings.map((status) => (
            <label key={status} className="choice">
              <input type="checkbox" checked={statuses.includes(status)} onChange={(event) => setStatuses(event.target.checked ? [...statuses, status] : statuses.filter((s) => s !== status))} />
              {stateName(status)}
            </label>
          ))}
        </fieldset>
        <Field label="What is sent">
          {(props) => (
            <select {...props} name="mode">
              <option value="STORED">the stored bytes, as the same events</option>
              <option value="REEXECUTE">the document executed again, as new events</option>
            </select>
          )}
        </Field>
        <Rate />
        {replay.error && <Problem error={replay.error} />}
        <Sentences of={sentencesOf(replay.data?.errors)} />
        <footer>
          <button type="submit" className="primary" disabled={replay.isPending}>
            Start the replay
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

export function BackfillDialog({ webhook, close }: DialogProps) {
  const backfill = useAction<Outcome & { job: { id: string } | null }>('Backfill');
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const variables = { id: webhook.id, updatedSince: moment(form.get('since')), ratePerSecond: Number(form.get('rate')) || null };
    backfill.mutate(variables, { onSuccess: (result) => !result.errors?.length && close() });
  }
  return (
    <Dialog title="Backfill entities" close={close}>
      <form onSubmit={submit}>
        <p>Executes the document for every entity of the class that exists and sends the results. Changes are delivered meanwhile as ever.</p>
        <Field label="Only what was updated since" hint="Empty: all of them">
          {(props) => <input {...props} type="datetime-local" name="since" />}
        </Field>
        <Rate />
        {backfill.error && <Problem error={backfill.error} />}
        <Sentences of={sentencesOf(backfill.data?.errors)} />
        <footer>
          <button type="submit" className="primary" disabled={backfill.isPending}>
            Start the backfill
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Rate() {
  return (
    <Field label="Events a second" hint="Empty: as fast as the receiver takes them">
      {(props) => <input {...props} type="number" name="rate" min={1} max={10_000} inputMode="numeric" />}
    </Field>
  );
}

/** What an input of the type datetime-local holds, as the API wants it; null where it is empty. */
export function moment(value: FormDataEntryValue | null): string | null {
  return value ? new Date(String(value)).toISOString() : null;
}

/** A moment as an input of the type datetime-local holds it. */
export function local(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
