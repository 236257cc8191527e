import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { messagesOf, run, sentencesOf, useAction, useData } from './api';
import { Code } from './code';
import { type Draft, HeadersError, adopt, attributesOf, draftOf, emptyDraft, storeDraft, storedDraft } from './draft';
import { Editor } from './editor';
import { bytes, count, json, pretty, words } from './format';
import { openInPlayground, takeForCompose } from './handover';
import EntityPicker from './picker';
import { exampleFor, isClass, useSchema } from './schema';
import { SecretDialog } from './secret';
import { type DryRun, type EventName, type FieldError, type Outcome, type Remark, type Webhook, type WebhookName, eventNames } from './types';
import { Card, Check, Empty, Field, Head, Loading, Problem, Sentences, Tabs } from './ui';
import { useClasses } from './webhooks';

/** Writes a new webhook, or changes the one with this id. */
export default function Compose({ id }: { id?: string }) {
  return id ? <Edit id={id} /> : <New />;
}

// A document that was handed over came with a load of the page, and so before anything is rendered.
const handed = takeForCompose();
if (handed) {
  adopt(handed);
}

function New() {
  const [start] = useState(() => storedDraft() ?? emptyDraft);
  return <Form start={start} />;
}

function Edit({ id }: { id: string }) {
  const { data, error, refetch } = useData<{ node: Webhook | null }>('Webhook', { id }, { staleTime: Number.POSITIVE_INFINITY });
  if (error) {
    return <Problem error={error} retry={refetch} />;
  }
  if (!data) {
    return <Loading />;
  }
  return data.node ? (
    <Form start={draftOf(data.node)} webhook={data.node} />
  ) : (
    <Empty title="There is no such webhook">
      <Link href="/webhooks">All webhooks</Link>
    </Empty>
  );
}

type Registered = Outcome & { secret: string | null; webhook: WebhookName | null };

function Form({ start, webhook }: { start: Draft; webhook?: Webhook }) {
  const [draft, setDraft] = useState(start);
  const [refused, setRefused] = useState<FieldError[]>([]);
  const [done, setDone] = useState<{ id: string; secret: string }>();
  const [, navigate] = useLocation();
  const schema = useSchema();
  const save = useAction<Registered>(webhook ? 'Update' : 'Create');
  const [revision, setRevision] = useState(0);

  /** Puts a document into the editor. */
  function write(queryString: string) {
    change({ queryString });
    setRevision((former) => former + 1);
  }

  function change(values: Partial<Draft>) {
    setDraft((former) => ({ ...former, ...values }));
    setRefused((former) => former.filter(({ field }) => !Object.keys(values).some((name) => field.startsWith(inSnakeCase(name)))));
  }

  useEffect(() => {
    if (!webhook) {
      storeDraft(draft);
    }
  }, [draft, webhook]);

  useEffect(() => {
    if (schema.data && !isClass(schema.data, draft.type)) {
      change({ type: emptyDraft.type });
    } else if (schema.data && !draft.queryString) {
      write(exampleFor(schema.data, draft.type));
    }
  }, [schema.data]);

  const dry = useDryRun(draft);
  /** Another class brings its own example, unless a document was written. */
  function choose(type: string) {
    change({ type });
    if (schema.data && untouched(draft, schema.data)) {
      write(exampleFor(schema.data, type));
    }
  }

  function afresh(known: NonNullable<typeof schema.data>) {
    setDraft({ ...emptyDraft, type: draft.type });
    write(exampleFor(known, draft.type));
  }

  function submit() {
    setRefused([]);
    save.reset();
    let attributes: Record<string, unknown>;
    try {
      attributes = attributesOf(draft);
    } catch (error) {
      setRefused([{ field: 'headers', messages: [error instanceof HeadersError ? error.message : String(error)] }]);
      return;
    }
    save.mutate({ id: webhook?.id, attributes }, { onSuccess: (result) => (result.errors?.length ? setRefused(result.errors) : registered(result)) });
  }

  function registered(result: Registered) {
    const id = result.webhook?.id;
    if (!id) {
      return;
    }
    storeDraft(undefined);
    if (result.secret) {
      setDone({ id, secret: result.secret });
    } else {
      navigate(`/webhooks/${encodeURIComponent(id)}`);
    }
  }

  return (
    <>
      <Head title={webhook ? `Edit ${webhook.name || 'the webhook'}` : 'Compose'} about="Whenever an entity of the class changes, the document is executed with the rights of the owner and the result is sent.">
        {!webhook && (
          <button type="button" disabled={!schema.data} onClick={() => schema.data && afresh(schema.data)}>
            Start afresh
          </button>
        )}
      </Head>
      <div className="compose">
        <div className="compose-form">
          <Card title="What to hear about">
            <ClassAndEvents draft={draft} change={change} errors={refused} klass={choose} />
          </Card>
          <Card
            title="Document"
            aside={
              <button type="button" className="small" onClick={() => openInPlayground(draft.queryString, draft.subjectId)}>
                Open in the playground
              </button>
            }
          >
            {schema.error && <Problem error={schema.error} retry={schema.refetch} />}
            <Editor value={draft.queryString} revision={revision} onChange={(queryString) => change({ queryString })} schema={schema.data} errors={dry.data?.documentErrors ?? none} warnings={dry.data?.documentWarnings ?? none} />
            <p className="hint">Ctrl-Space completes. $id is the id of what changed.</p>
            <Remarks errors={dry.data?.documentErrors ?? []} warnings={dry.data?.documentWarnings ?? []} />
            <Sentences of={messagesOf(refused, 'query_string')} />
          </Card>
          <Card title="Filter and form">
            <FilterField draft={draft} change={change} dry={dry.data} errors={messagesOf(refused, 'filter')} />
            <FormatField draft={draft} change={change} />
          </Card>
          <Card title="Where to send">
            <Endpoint draft={draft} change={change} errors={refused} />
            <Options draft={draft} change={change} errors={refused} editing={Boolean(webhook)} />
          </Card>
          {save.error && <Problem error={save.error} />}
          {refused.length > 0 && <Sentences of={['Nothing was saved: what is marked above has to change first.', ...sentencesOf(refused.filter(({ field }) => !hasField(field)))]} />}
          <p className="actions end">
            <button type="button" className="primary large" disabled={save.isPending} onClick={submit}>
              {save.isPending ? 'Saving…' : webhook ? 'Save the changes' : 'Register the webhook'}
            </button>
          </p>
        </div>
        <Preview draft={draft} dry={dry.data} error={dry.error} change={change} />
      </div>
      {done && (
        <SecretDialog
          secret={done.secret}
          close={() => navigate(`/webhooks/${encodeURIComponent(done.id)}`)}
        />
      )}
    </>
  );
}

const none: Remark[] = [];

/** Whether the form has a field that shows errors of this name. */
function hasField(name: string): boolean {
  return Object.keys(emptyDraft).some((field) => name.startsWith(inSnakeCase(field)));
}

/** A field of the draft as errors name it. */
function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Whether the document is still the example of its class, so that another class may bring its own. */
function untouched(draft: Draft, schema: Parameters<typeof exampleFor>[0]): boolean {
  return !draft.queryString.trim() || draft.queryString === exampleFor(schema, draft.type);
}

/** What the webhook would send, asked for again when the typing stops. Without an entity it still says what is wrong with the document. */
function useDryRun(draft: Draft) {
  const { subjectId, type, queryString, filter, format, sellerId } = draft;
  const eventName = draft.eventNames.includes('UPDATE') ? 'UPDATE' : draft.eventNames[0];
  const wanted = useMemo(
    () => ({ type, queryString: queryString || null, filter: filter.trim() || null, format, subjectId, sellerId: sellerId.trim() || null, eventName: type === 'WEBHOOK' ? null : eventName }),
    [type, queryString, filter, format, subjectId, sellerId, eventName],
  );
  const input = useSettled(wanted, 300);
  return useQuery({
    queryKey: ['DryRun', input],
    queryFn: async () => (await run<{ webhookDryRun: DryRun | null }>('DryRun', { input })).webhookDryRun,
    placeholderData: keepPreviousData,
    enabled: queryString !== '',
    retry: false,
  });
}

/** A value once it has not changed for some milliseconds. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

interface PartProps {
  draft: Draft;
  change: (values: Partial<Draft>) => void;
  errors: FieldError[];
}

function ClassAndEvents({ draft, change, errors, klass }: PartProps & { klass: (type: string) => void }) {
  const { data } = useClasses();
  const classes = data?.classes.enumValues ?? [];
  const about = classes.find(({ name }) => name === draft.type)?.description;
  function toggle(name: EventName, on: boolean) {
    change({ eventNames: eventNames.filter((event) => (event === name ? on : draft.eventNames.includes(event))) });
  }
  return (
    <div className="pair">
      <Field label="Class" hint={about} errors={messagesOf(errors, 'type')}>
        {(props) => (
          <select {...props} value={draft.type} onChange={(event) => klass(event.target.value)}>
            {classes.length === 0 && <option value={draft.type}>{words(draft.type)}</option>}
            {classes.map(({ name }) => (
              <option key={name} value={name}>
                {words(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {draft.type === 'WEBHOOK' ? (
        <p className="hint">All of its events are sent: failing, disabled, invalid and recovered.</p>
      ) : (
        <fieldset>
          <legend>Events</legend>
          <div className="chips">
            {eventNames.map((name) => (
              <label key={name}>
                <input type="checkbox" checked={draft.eventNames.includes(name)} onChange={(event) => toggle(name, event.target.checked)} />
                <span>{name.toLowerCase()}</span>
              </label>
            ))}
          </div>
          {[...(draft.eventNames.length === 0 ? ['Choose at least one.'] : []), ...messagesOf(errors, 'event_names')].map((message) => (
            <p className="field-error" key={message}>
              {message}
            </p>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Remarks({ errors, warnings }: { errors: Remark[]; warnings: Remark[] }) {
  const line = ({ message, line, column, rule }: Remark, tone: string) => (
    <li key={`${line}:${column}:${message}`} className={tone}>
      {line !== null && (
        <b>
          {line}:{column}
        </b>
      )}{' '}
      {message} <span className="hint">{rule}</span>
    </li>
  );
  return (
    <div aria-live="polite" data-testid="remarks">
      {errors.length + warnings.length > 0 && (
        <ul className="remarks">
          {errors.map((remark) => line(remark, 'bad'))}
          {warnings.map((remark) => line(remark, 'warn'))}
        </ul>
      )}
    </div>
  );
}

function FilterField({ draft, change, dry, errors }: { draft: Draft; change: (values: Partial<Draft>) => void; dry?: DryRun | null; errors: string[] }) {
  const problems = [...new Set([...messagesOf(dry?.errors, 'filter'), ...errors])];
  return (
    <Field label="Filter" errors={problems} hint="A CEL expression over data, changed and eventName; only events for which it is true are sent. Empty: all.">
      {(props) => (
        <>
          <textarea {...props} className="mono" rows={2} spellCheck={false} value={draft.filter} placeholder='data.node.title != "" && "title" in changed' onChange={(event) => change({ filter: event.target.value })} />
          {draft.filter.trim() && problems.length === 0 && dry && dry.documentErrors.length === 0 && (
            <p className="verdict" role="status">
              {!draft.subjectId ? 'It fits the document. Pick an entity to see whether it lets that one pass.' : dry.matched ? '✓ It lets this entity pass.' : '✗ It does not let this entity pass. A dry run has no changed fields.'}
            </p>
          )}
        </>
      )}
    </Field>
  );
}

const formats: [Draft['format'], string][] = [
  ['ENVELOPE', 'Envelope: id, event_name and payload'],
  ['STANDARD', 'Standard Webhooks: type, timestamp and data'],
  ['CLOUDEVENTS', 'CloudEvents 1.0, structured JSON'],
  ['RAW', 'Raw: the GraphQL response alone'],
];

function FormatField({ draft, change }: { draft: Draft; change: (values: Partial<Draft>) => void }) {
  return (
    <Field label="Form of the body">
      {(props) => (
        <select {...props} value={draft.format} onChange={(event) => change({ format: event.target.value as Draft['format'] })}>
          {formats.map(([format, name]) => (
            <option key={format} value={format}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Endpoint({ draft, change, errors }: PartProps) {
  return (
    <>
      <Field label="URL of the receiver" errors={messagesOf(errors, 'url')} hint="Absolute and public; https, unless the server allows http.">
        {(props) => <input {...props} type="url" required value={draft.url} placeholder="https://example.com/webhooks" spellCheck={false} onChange={(event) => change({ url: event.target.value })} />}
      </Field>
      <Field label="Name" errors={messagesOf(errors, 'name')} hint="What people call it; may be empty.">
        {(props) => <input {...props} value={draft.name} maxLength={100} onChange={(event) => change({ name: event.target.value })} />}
      </Field>
    </>
  );
}

function Options({ draft, change, errors, editing }: PartProps & { editing: boolean }) {
  const number = (name: 'maxRetries' | 'timeoutSeconds' | 'concurrentSendLimit' | 'ratePerSecond' | 'coalesceSeconds', label: string, min: number, max: number, hint: string) => (
    <Field label={label} errors={messagesOf(errors, inSnakeCase(name))} hint={hint}>
      {(props) => <input {...props} type="number" min={min} max={max} value={draft[name]} onChange={(event) => change({ [name]: event.target.valueAsNumber || 0 })} />}
    </Field>
  );
  return (
    <details>
      <summary>More options</summary>
      <div className="grid">
        {number('maxRetries', 'Retries', 0, 50, 'of a failed delivery, over up to 30 days')}
        {number('timeoutSeconds', 'Timeout, seconds', 1, 30, 'of a whole request')}
        {number('concurrentSendLimit', 'Requests at once', 1, 200, 'over all processes')}
        {number('ratePerSecond', 'Requests a second', 0, 10_000, '0: unlimited')}
        {number('coalesceSeconds', 'Coalesce, seconds', 0, 3600, 'changes of one entity in that time are one event')}
        <Field label="Identifier" errors={messagesOf(errors, 'identifier')} hint="your own key; registering it again updates">
          {(props) => <input {...props} value={draft.identifier} onChange={(event) => change({ identifier: event.target.value })} />}
        </Field>
        <Field label="Seller" errors={messagesOf(errors, 'seller_id')} hint="whose rights it has, by id; empty: the key’s own">
          {(props) => <input {...props} value={draft.sellerId} spellCheck={false} onChange={(event) => change({ sellerId: event.target.value })} />}
        </Field>
      </div>
      <Field label="Headers" errors={messagesOf(errors, 'headers')} hint="A JSON object, sent with each request.">
        {(props) => <textarea {...props} className="mono" rows={3} spellCheck={false} value={draft.headers} placeholder='{ "Authorization": "Bearer …" }' onChange={(event) => change({ headers: event.target.value })} />}
      </Field>
      <Field label="HMAC key" errors={messagesOf(errors, 'hmac_key')} hint={`Adds Marketplacer’s own signature over the body. ${editing ? 'Empty: as it is.' : 'Empty: none.'}`}>
        {(props) => <input {...props} type="password" autoComplete="off" value={draft.hmacKey} onChange={(event) => change({ hmacKey: event.target.value })} />}
      </Field>
      <Field label="Documents that give errors" errors={messagesOf(errors, 'on_errors')}>
        {(props) => (
          <select {...props} value={draft.onErrors} onChange={(event) => change({ onErrors: event.target.value as Draft['onErrors'] })}>
            <option value="DELIVER">are sent, errors beside the data</option>
            <option value="HOLD">are held until the webhook is changed</option>
          </select>
        )}
      </Field>
      <Check label="In order" hint="Events of one entity are sent one at a time." checked={draft.ordered} onChange={(ordered) => change({ ordered })} />
      <Check label="Skip equal payloads" hint="An update that equals what was acknowledged last is not sent." checked={draft.allowSkip} onChange={(allowSkip) => change({ allowSkip })} />
      <Check label="Ignore own changes" hint="No events of what the owner’s own keys changed." checked={draft.ignoreOwnChanges} onChange={(ignoreOwnChanges) => change({ ignoreOwnChanges })} />
      <Check label="Sign with ed25519 too" hint="Receivers verify with a public key." checked={draft.asymmetric} onChange={(asymmetric) => change({ asymmetric })} />
    </details>
  );
}

const previews = ['Body', 'Schema'] as const;

interface PreviewProps {
  draft: Draft;
  dry?: DryRun | null;
  error: Error | null;
  change: (values: Partial<Draft>) => void;
}

/** What would be sent, beside the form. */
function Preview({ draft, dry, error, change }: PreviewProps) {
  const [shown, setShown] = useState<(typeof previews)[number]>('Body');
  return (
    <aside className="preview" aria-label="What would be sent">
      <Card title="Preview" aside={<Tabs label="What is shown" names={previews} chosen={shown} choose={setShown} />}>
        <EntityPicker klass={draft.type} value={draft.subjectId} onChange={(subjectId) => change({ subjectId })} />
        {error && <Problem error={error} />}
        <Facts dry={dry} />
        {shown === 'Schema' ? (
          dry?.payloadSchema ? <Code text={json(dry.payloadSchema)} label="JSON Schema of the body" language="json" /> : <p className="hint">A document that is refused has no schema.</p>
        ) : (
          <Body dry={dry} subjectId={draft.subjectId} />
        )}
      </Card>
    </aside>
  );
}

function Body({ dry, subjectId }: { dry?: DryRun | null; subjectId: string }) {
  if (dry?.body) {
    return <Code text={pretty(dry.body)} label="The body as it would be sent" language="json" />;
  }
  return <p className="placeholder">{whyNothing(dry, subjectId)}</p>;
}

function whyNothing(dry: DryRun | null | undefined, subjectId: string): ReactNode {
  if (dry?.documentErrors.length) {
    return 'Mend the document first: what is wrong stands below it.';
  }
  if (!subjectId) {
    return 'Pick an entity above, and the body appears here as it would be sent.';
  }
  const about = messagesOf(dry?.errors, 'subject_id');
  if (about.length > 0) {
    return `The entity ${about.join(', ')}.`;
  }
  return dry && !dry.matched ? 'The filter does not let this entity pass: nothing is sent.' : 'Reading…';
}

function Facts({ dry }: { dry?: DryRun | null }) {
  const facts: [string, ReactNode, boolean?][] = [
    ['Size', dry?.body ? bytes(dry.body) : '–'],
    ['Cost', dry?.cost ? count(dry.cost) : '–'],
    ['Reads', dry?.requiredScopes.join(', ') || '–'],
    ['Missing', dry?.missingScopes.join(', ') || (dry?.cost ? 'nothing' : '–'), (dry?.missingScopes.length ?? 0) > 0],
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value, bad]) => (
          <div key={name} className={bad ? 'bad' : undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {dry && dry.missingScopes.length > 0 && <Sentences of={[`This key lacks ${dry.missingScopes.join(', ')}: leave those fields out, or use a key that has the scopes.`]} />}
    </>
  );
}
