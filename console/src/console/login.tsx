import { type FormEvent, useState } from 'react';
import logo from '../crier.svg';
import { messageOf } from '../session';
import { Refused, run } from './api';
import { type Who, ThemeButton } from './frame';
import { Field } from './ui';

/** Asks for an API key and tries it. The key is taken only where the API accepts it. */
export function Login({ notice, enter }: { notice: string; enter: (key: string) => void }) {
  const [problem, setProblem] = useState(notice);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get('key')).trim();
    setBusy(true);
    try {
      await run<{ apiKeyPrincipal: Who }>('Principal', undefined, key);
      enter(key);
    } catch (error) {
      setProblem(adviceFor(error));
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <form onSubmit={submit} className="card">
        <h1>
          <img src={logo} alt="" width="34" height="34" /> Crier
        </h1>
        <p className="quiet">Write a GraphQL document, see what it would send, and watch it being delivered.</p>
        <Field label="API key" errors={problem ? [problem] : []} hint="It stays in this browser tab and is forgotten when you close it. The operator key was shown once, on standard error, when the server first started.">
          {(props) => <input {...props} name="key" type="password" required autoFocus autoComplete="off" spellCheck={false} pattern="\s*[\x21-\x7E]+\s*" title="The key itself, without “Bearer”: ASCII characters, no spaces" />}
        </Field>
        <button type="submit" className="primary" disabled={busy}>
          {busy ? 'Trying…' : 'Log in'}
        </button>
        <ThemeButton />
      </form>
    </main>
  );
}

function adviceFor(error: unknown): string {
  if (error instanceof Refused && error.code === 'UNAUTHENTICATED') {
    return 'The server does not accept this key. Check that all of it was copied.';
  }
  return messageOf(error);
}
