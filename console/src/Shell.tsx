import { type FormEvent, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import logo from './crier.svg';
import { type Session, useSession } from './session';
import './shell.css';

const pages = [
  { path: '/', title: 'Console' },
  { path: '/playground', title: 'Playground' },
  { path: '/voyager', title: 'Voyager' },
];

/** Renders a page below the header bar with the API key. `view` gets the session with the API as that key sees it. */
export function mount(path: string, view: (session: Session) => ReactNode): void {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <Shell path={path} view={view} />
    </StrictMode>,
  );
}

function Shell({ path, view }: { path: string; view: (session: Session) => ReactNode }) {
  const session = useSession();
  return (
    <>
      <header className="shell-bar">
        <span className="shell-brand">
          <img src={logo} alt="" width="22" height="22" />
          Crier
        </span>
        <nav aria-label="Pages">
          {pages.map((page) => (
            <a key={page.path} href={page.path} aria-current={page.path === path ? 'page' : undefined}>
              {page.title}
            </a>
          ))}
        </nav>
        <KeyForm session={session} />
      </header>
      <p className="shell-notice" role="status">
        {session.notice}
      </p>
      <main className="shell-main">{view(session)}</main>
    </>
  );
}

function KeyForm({ session }: { session: Session }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const apiKey = new FormData(event.currentTarget).get('apiKey');
    session.apply(String(apiKey).trim());
  }
  return (
    <form className="shell-key" onSubmit={submit}>
      <label htmlFor="api-key">API key</label>
      <input
        id="api-key"
        name="apiKey"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="none"
        defaultValue={session.apiKey}
        pattern="\s*[\x21-\x7E]*\s*"
        title="The key itself, without “Bearer”: ASCII characters, no spaces"
      />
      <button type="submit">Apply</button>
    </form>
  );
}
