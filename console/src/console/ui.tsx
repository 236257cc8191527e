import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Link } from 'wouter';
import { messageOf } from '../session';
import { ago, exact } from './format';
import type { PageInfo } from './types';

/** What a person sees of a state: the colour is never the only sign. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

const tones: Record<string, Tone> = {
  ACTIVE: 'good',
  PAUSED: 'quiet',
  DISABLED: 'bad',
  INVALID: 'bad',
  Sent: 'good',
  Unsent: 'busy',
  Rejected: 'warn',
  Failed: 'bad',
  Cancelled: 'quiet',
  Skipped: 'quiet',
  Held: 'warn',
  QUEUED: 'busy',
  RUNNING: 'busy',
  DONE: 'good',
  FAILED: 'bad',
  CANCELLED: 'quiet',
};

export function toneOf(state: string): Tone {
  return tones[state] ?? 'quiet';
}

/** A state as a word with a coloured dot. `Rejected` is shown as what it means to people: it is being retried. */
export function Badge({ state }: { state: string }) {
  return <span className={`badge ${toneOf(state)}`}>{stateName(state)}</span>;
}

export function stateName(state: string): string {
  return state === 'Rejected' || state === 'REJECTED' ? 'Retrying' : state.charAt(0) + state.slice(1).toLowerCase();
}

export function Time({ at }: { at: string | null }) {
  return at ? (
    <time dateTime={at} title={exact(at)}>
      {ago(at)}
    </time>
  ) : (
    <span className="quiet">never</span>
  );
}

/** The title of a view with what can be done there. */
export function Head({ title, about, children }: { title: ReactNode; about?: ReactNode; children?: ReactNode }) {
  return (
    <header className="head">
      <div>
        <h1>{title}</h1>
        {about && <p className="quiet">{about}</p>}
      </div>
      <div className="actions">{children}</div>
    </header>
  );
}

export function Card({ title, aside, children, className = '' }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className="card-head">
          <h2 id={id}>{title}</h2>
          {aside && <div className="card-aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** Nothing is there yet, or nothing fits: what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="notice bad" role="alert">
      <p>{messageOf(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Errors of a form as sentences; nothing where there are none. */
export function Sentences({ of, tone = 'bad' }: { of: string[]; tone?: 'bad' | 'warn' }) {
  return of.length === 0 ? null : (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      {of.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}

export function Loading() {
  return (
    <p className="loading" role="status">
      Reading…
    </p>
  );
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  errors?: string[];
  children: (props: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode;
}

/** A labelled field of a form, with its errors below it. */
export function Field({ label, hint, errors = [], children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': errors.length > 0 })}
      <div id={`${id}-hint`}>
        {errors.map((message) => (
          <p className="field-error" key={message}>
            {message}
          </p>
        ))}
        {hint && <p className="hint">{hint}</p>}
      </div>
    </div>
  );
}

export function Check({ label, hint, checked, onChange }: { label: string; hint?: string; checked: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <div className="check">
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} aria-describedby={hint && `${id}-hint`} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** A modal dialog: the browser's own, which keeps the focus and closes on Escape. */
export function Dialog({ title, children, close }: { title: string; children: ReactNode; close: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={close}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="plain" aria-label="Close" onClick={() => ref.current?.close()}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState('');
  async function copy() {
    setSaid(await navigator.clipboard.writeText(text).then(() => 'Copied', () => 'Select and copy it by hand'));
    setTimeout(() => setSaid(''), 2000);
  }
  return (
    <button type="button" className="small" onClick={copy} aria-live="polite">
      {said || label}
    </button>
  );
}

/** A menu that is a plain disclosure: every entry is a button of its own. */
export function Tabs<T extends string>({ label, names, chosen, choose }: { label: string; names: readonly T[]; chosen: T; choose: (name: T) => void }) {
  return (
    <div className="tabs" role="group" aria-label={label}>
      {names.map((name) => (
        <button key={name} type="button" aria-pressed={name === chosen} onClick={() => choose(name)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** Where in a list of pages one is: what `first`, `after`, `last` and `before` take. */
export interface Place {
  after?: string;
  before?: string;
}

export function pageOf(place: Place, size: number) {
  return place.before ? { last: size, before: place.before } : { first: size, after: place.after };
}

export function Pager({ page, place, go, about }: { page?: PageInfo; place: Place; go: (place: Place) => void; about?: ReactNode }) {
  const later = place.before ? true : page?.hasNextPage;
  const earlier = place.after || (place.before && page?.hasPreviousPage);
  return (
    <nav className="pager" aria-label="Pages of the list">
      <span className="quiet">{about}</span>
      <button type="button" disabled={!earlier} onClick={() => go({})}>
        Newest
      </button>
      <button type="button" disabled={!earlier} onClick={() => go({ before: page?.startCursor ?? undefined })}>
        ← Newer
      </button>
      <button type="button" disabled={!later} onClick={() => go({ after: page?.endCursor ?? undefined })}>
        Older →
      </button>
    </nav>
  );
}

export function Tile({ label, value, about, tone }: { label: string; value: ReactNode; about?: ReactNode; tone?: Tone }) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd className={tone}>{value}</dd>
      {about && <dd className="hint">{about}</dd>}
    </div>
  );
}

export function WebhookLink({ webhook }: { webhook: { id: string; name: string | null; url: string } }) {
  return <Link href={`/webhooks/${encodeURIComponent(webhook.id)}`}>{webhook.name || hostOf(webhook.url)}</Link>;
}

export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
