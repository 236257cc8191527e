import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import logo from '../crier.svg';

const views = [
  { path: '/', title: 'Overview', icon: 'M4 20V10M10 20V4M16 20v-7M22 20H2' },
  { path: '/webhooks', title: 'Webhooks', icon: 'M4 12h4l3 7 4-14 3 7h2' },
  { path: '/compose', title: 'Compose', icon: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4' },
  { path: '/deliveries', title: 'Deliveries', icon: 'M3 7h18v12H3zM3 7l9 7 9-7' },
  { path: '/jobs', title: 'Jobs', icon: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5' },
  { path: '/schema', title: 'Schema', icon: 'M5 5h5v5H5zM14 14h5v5h-5zM10 7h7v7' },
];

/** A page of its own: it loads GraphiQL. */
const playground = { path: '/playground', title: 'Playground', icon: 'M7 5l12 7-12 7z' };

export interface Who {
  name: string | null;
  seller: { id: string; businessName: string | null } | null;
}

/** The navigation beside a view, or above it on a narrow screen. */
export function Frame({ who, logOut, children }: { who: Who; logOut: () => void; children: ReactNode }) {
  const [path] = useLocation();
  const content = useRef<HTMLElement>(null);
  // The view that comes is announced, and the next Tab begins in it.
  useEffect(() => {
    const view = views.find((v) => isWithin(path, v.path));
    document.title = view ? `${view.title} · Crier` : 'Crier';
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true });
  }, [path]);
  return (
    <div className="frame">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <aside className="side">
        <Link href="/" className="brand">
          <img src={logo} alt="" width="26" height="26" />
          Crier
        </Link>
        <nav aria-label="Views">
          {views.map((view) => (
            <Link key={view.path} href={view.path} aria-current={isWithin(path, view.path) ? 'page' : undefined}>
              <Icon path={view.icon} />
              {view.title}
            </Link>
          ))}
          <a href={playground.path}>
            <Icon path={playground.icon} />
            {playground.title}
          </a>
        </nav>
        <div className="who">
          <p>
            <span className="hint">{who.seller ? 'Seller' : 'Operator'}</span>
            {who.name ?? who.seller?.businessName ?? 'No name'}
          </p>
          <ThemeButton />
          <button type="button" className="small" onClick={logOut}>
            Log out
          </button>
        </div>
      </aside>
      <main id="content" tabIndex={-1} ref={content}>
        {children}
      </main>
    </div>
  );
}

function isWithin(path: string, view: string): boolean {
  return view === '/' ? path === '/' : path === view || path.startsWith(`${view}/`);
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

const themeKey = 'crier.theme';

/** Switches between light and dark; until someone does, the system's choice counts. */
export function ThemeButton() {
  const [theme, setTheme] = useState(() => localStorage.getItem(themeKey) ?? '');
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  function toggle() {
    const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    const next = dark ? 'light' : 'dark';
    localStorage.setItem(themeKey, next);
    setTheme(next);
  }
  return (
    <button type="button" className="small theme" onClick={toggle} aria-label="Switch between light and dark">
      <Icon path="M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z" />
    </button>
  );
}
