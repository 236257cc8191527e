import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { StrictMode, Suspense, lazy, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Route, Switch } from 'wouter';
import { storeKey, storedKey } from '../session';
import { OnKeyRefused, Refused, run } from './api';
import { Delivery } from './delivery';
import { Deliveries } from './deliveries';
import { Frame, type Who } from './frame';
import { Jobs } from './jobs';
import { Login } from './login';
import { Overview } from './overview';
import { Empty, Loading, Problem } from './ui';
import { WebhookPage } from './webhook';
import { Webhooks } from './webhooks';
import './console.css';

// What knows the whole schema is loaded when someone comes there.
const Compose = lazy(() => import('./compose'));
const SchemaView = lazy(() => import('./schemaview'));

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 1000, retry: (times, error) => times < 2 && !(error instanceof Refused) } },
});

function Console() {
  const [key, setKey] = useState(storedKey);
  const [notice, setNotice] = useState('');

  function enter(next: string, why = '') {
    storeKey(next);
    client.clear();
    setNotice(why);
    setKey(next);
  }
  if (!key) {
    return <Login notice={notice} enter={enter} />;
  }
  return (
    <OnKeyRefused value={() => enter('', 'The server no longer accepts the key of this tab.')}>
      <Views logOut={() => enter('')} />
    </OnKeyRefused>
  );
}

function Views({ logOut }: { logOut: () => void }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['Principal'],
    queryFn: () => run<{ apiKeyPrincipal: Who | null }>('Principal'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error instanceof Refused && error.code === 'UNAUTHENTICATED') {
    return <Login notice="The server no longer accepts the key of this tab." enter={(key) => (storeKey(key), refetch())} />;
  }
  return (
    <Frame who={data?.apiKeyPrincipal ?? { name: '…', seller: null }} logOut={logOut}>
      {error && <Problem error={error} retry={refetch} />}
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/" component={Overview} />
          <Route path="/webhooks" component={Webhooks} />
          <Route path="/webhooks/:id">{({ id }) => <WebhookPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/webhooks/:id/edit">{({ id }) => <Compose key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/compose">
            <Compose key="new" />
          </Route>
          <Route path="/deliveries" component={Deliveries} />
          <Route path="/deliveries/:id">{({ id }) => <Delivery key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/jobs" component={Jobs} />
          <Route path="/schema" component={SchemaView} />
          <Route>
            <Empty title="There is nothing here">Choose a view from the navigation.</Empty>
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Console />
    </QueryClientProvider>
  </StrictMode>,
);
