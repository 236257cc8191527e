import { useQuery } from '@tanstack/react-query';
import { type GraphQLSchema, TypeInfo, parse, visit, visitWithTypeInfo } from 'graphql';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { run } from './api';
import { count, words } from './format';
import { typeNameOf, useSchema } from './schema';
import type { PageInfo, WebhookName } from './types';
import { Card, Empty, Head, Loading, Problem, WebhookLink } from './ui';
import { useClasses } from './webhooks';

interface Registered extends WebhookName {
  type: string;
  queryString: string | null;
  deprecatedFields: string[];
}

interface Page {
  webhooks: { totalCount: number; pageInfo: PageInfo; nodes: Registered[] } | null;
}

/** How many webhooks are looked at, the newest first. */
const most = 2000;

/** What webhooks read of the schema: their classes, the fields of their documents, and what of it is on its way out. */
export default function SchemaView() {
  const schema = useSchema();
  const classes = useClasses();
  const webhooks = useQuery({ queryKey: ['WebhookDocuments'], queryFn: everyWebhook, staleTime: 10_000 });
  const error = schema.error ?? classes.error ?? webhooks.error;
  return (
    <>
      <Head title="Schema" about="Which classes can be heard of, and what the documents of webhooks read.">
        <a href="/voyager" className="button primary">
          Draw it in Voyager
        </a>
      </Head>
      {error && <Problem error={error} retry={() => webhooks.refetch()} />}
      {schema.data && classes.data && webhooks.data ? (
        <>
          <Deprecated webhooks={webhooks.data.nodes} />
          <Classes schema={schema.data} classes={classes.data.classes.enumValues} webhooks={webhooks.data.nodes} />
          {webhooks.data.total > webhooks.data.nodes.length && <p className="hint">Of {count(webhooks.data.total)} webhooks, the {count(webhooks.data.nodes.length)} newest were looked at.</p>}
        </>
      ) : (
        !error && <Loading />
      )}
    </>
  );
}

async function everyWebhook(): Promise<{ nodes: Registered[]; total: number }> {
  const nodes: Registered[] = [];
  for (let after: string | null = null; ; ) {
    const { webhooks: page }: Page = await run<Page>('WebhookDocuments', { after });
    nodes.push(...(page?.nodes ?? []));
    if (!page?.pageInfo.hasNextPage || nodes.length >= most) {
      return { nodes, total: page?.totalCount ?? 0 };
    }
    after = page.pageInfo.endCursor;
  }
}

/** Deprecated fields that are still read, each with the webhooks that read it. */
function Deprecated({ webhooks }: { webhooks: Registered[] }) {
  const readers = new Map<string, Registered[]>();
  for (const webhook of webhooks) {
    for (const field of webhook.deprecatedFields) {
      readers.set(field, [...(readers.get(field) ?? []), webhook]);
    }
  }
  return (
    <Card title="Deprecated fields still in use">
      {readers.size === 0 ? (
        <p className="hint">None: no document reads a field that is on its way out.</p>
      ) : (
        <ul className="ranking">
          {[...readers].map(([field, by]) => (
            <li key={field}>
              <b className="warn-text">{field}</b>
              <span className="hint">
                read by{' '}
                {by.slice(0, 8).map((webhook, i) => (
                  <span key={webhook.id}>
                    {i > 0 && ', '}
                    <WebhookLink webhook={webhook} />
                  </span>
                ))}
                {by.length > 8 && ` and ${count(by.length - 8)} more`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

interface ClassesProps {
  schema: GraphQLSchema;
  classes: { name: string; description: string | null }[];
  webhooks: Registered[];
}

function Classes({ schema, classes, webhooks }: ClassesProps) {
  const uses = useMemo(() => usesOf(schema, webhooks), [schema, webhooks]);
  const listeners = (name: string) => webhooks.filter((webhook) => webhook.type === name).length;
  const sorted = [...classes].sort((a, b) => listeners(b.name) - listeners(a.name) || a.name.localeCompare(b.name));
  if (classes.length === 0) {
    return <Empty title="No class can be heard of">The schema has no type with the directive webhook.</Empty>;
  }
  return (
    <div className="columns">
      {sorted.map(({ name, description }) => {
        const fields = [...(uses.get(name) ?? [])].sort(([, a], [, b]) => b - a);
        const type = schema.getType(typeNameOf(name));
        const size = type && 'getFields' in type ? Object.keys(type.getFields()).length : 0;
        return (
          <Card
            key={name}
            title={words(name)}
            aside={
              listeners(name) > 0 ? (
                <Link href={`/webhooks?type=${name}`}>
                  {count(listeners(name))} {listeners(name) === 1 ? 'webhook' : 'webhooks'}
                </Link>
              ) : (
                'no webhook'
              )
            }
          >
            <p className="hint">
              {description} {count(size)} fields.
            </p>
            {fields.length > 0 && (
              <ul className="uses" aria-label="Fields that documents read">
                {fields.map(([field, n]) => (
                  <li key={field}>
                    <code>{field}</code> {n > 1 && <span>{count(n)}</span>}
                  </li>
                ))}
              </ul>
            )}
          </Card>
        );
      })}
    </div>
  );
}

/** For each class, the fields that its documents read, with the number of webhooks that read each. */
function usesOf(schema: GraphQLSchema, webhooks: Registered[]): Map<string, Map<string, number>> {
  const read = new Map<string, Set<string>>();
  const uses = new Map<string, Map<string, number>>();
  for (const { type, queryString } of webhooks) {
    const document = queryString ?? '';
    const fields = read.get(document) ?? fieldsOf(schema, document);
    read.set(document, fields);
    const ofClass = uses.get(type) ?? new Map<string, number>();
    uses.set(type, ofClass);
    for (const field of fields) {
      ofClass.set(field, (ofClass.get(field) ?? 0) + 1);
    }
  }
  return uses;
}

/** The fields that a document reads, such as `Advert.title`; none where it does not parse. */
function fieldsOf(schema: GraphQLSchema, document: string): Set<string> {
  const fields = new Set<string>();
  const info = new TypeInfo(schema);
  try {
    const visitor = visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType();
        if (parent && parent !== schema.getQueryType() && parent.name !== 'Node' && !name.value.startsWith('__')) {
          fields.add(`${parent.name}.${name.value}`);
        }
      },
    });
    visit(parse(document), visitor);
  } catch {
    // A document that no longer parses reads nothing; its webhook is INVALID, which its own page explains.
  }
  return fields;
}
