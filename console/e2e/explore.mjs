// Opens /playground and /voyager of a running server in Chromium and uses them as a person would, with the network cut
// to loopback. Exits with 0 where all of it works, else with 1 and the reason.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildClientSchema, getIntrospectionQuery, parse, validate, visit } from 'graphql';
import { chromium } from 'playwright-core';

const usage = `usage: node e2e/explore.mjs [--type NAME]… BASE_URL API_KEY [SCREENSHOTS_DIR]
  --type NAME  a type that Voyager must draw; can be repeated (default: Advert and Webhook)
  CHROMIUM     environment variable: the browser's path (default: /usr/bin/chromium)`;

/** How long a page may take for any one step, in milliseconds; the graph of a large schema takes seconds to lay out. */
const patience = 60_000;

const browserFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Whatever escapes the interception below finds no address.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
];

const options = readArguments();
if (options.screenshots) {
  await mkdir(options.screenshots, { recursive: true });
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: browserFlags,
});
try {
  await exampleDocumentsFitTheSchema();
  await onPage('/playground', playgroundAsksForTheKey);
  await onPage('/playground', playgroundRunsQueries);
  await onPage('/playground', playgroundSubscribes);
  await onPage('/voyager', voyagerRefusesAWrongKey);
  await onPage('/voyager', voyagerDrawsTheTypes);
  await onPage('/voyager', voyagerShowsPartsThatCanBeFollowed);
} catch (error) {
  console.error(`FAIL ${error.message}`, error.cause?.message ?? '');
  process.exitCode = 1;
} finally {
  await browser.close();
}

async function playgroundAsksForTheKey(page) {
  await runQuery(page, '{ apiKeyPrincipal { name } }');
  await waitForNotice(page, 'Enter the API key');
  await screenshot(page, 'playground-without-key');
}

async function playgroundRunsQueries(page) {
  await enterKey(page, options.apiKey);
  await page.locator('.graphiql-query-editor', { hasText: 'query Catalogue' }).waitFor();
  await screenshot(page, 'playground');

  await runQuery(page, '{ __typename }');
  await waitForResult(page, '"__typename": "Query"');
  await runQuery(page, '{ apiKeyPrincipal { name } }');
  await waitForResult(page, '"name": "');
  await screenshot(page, 'playground-result');

  await page.getByRole('tab', { name: 'RegisterWebhook' }).click();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation', exact: true }).first().waitFor();
  await screenshot(page, 'playground-webhook');

  const stored = await page.evaluate(() => JSON.stringify(localStorage));
  check(!stored.includes(options.apiKey), 'the API key is in localStorage');
  await page.getByRole('link', { name: 'Voyager' }).click();
  await page.waitForURL('**/voyager');
  check((await page.getByLabel('API key').inputValue()) === options.apiKey, 'Voyager does not know the key');
}

async function playgroundSubscribes(page) {
  await enterKey(page, 'not-the-key');
  await runQuery(page, 'subscription { taxonChanged { eventName taxon { title } } }');
  await waitForNotice(page, 'does not accept this API key');
  await enterKey(page, options.apiKey);
  const begins = page.waitForResponse((response) => response.headers()['content-type']?.startsWith('text/event-stream'));
  await page.getByRole('button', { name: 'Execute query' }).click();
  await begins;
  const title = `Taxon ${Date.now()}`;
  await ask(`mutation { taxonCreateOrUpdate(input: { title: "${title}" }) { status } }`);
  await waitForResult(page, `"title": "${title}"`);
  await screenshot(page, 'playground-subscription');
  await page.getByRole('button', { name: 'Stop query' }).click();
  await page.getByRole('button', { name: 'Execute query' }).waitFor();
}

async function voyagerRefusesAWrongKey(page) {
  await enterKey(page, 'not-the-key');
  await waitForNotice(page, 'does not accept this API key');
  await screenshot(page, 'voyager-wrong-key');
}

async function voyagerDrawsTheTypes(page) {
  await enterKey(page, options.apiKey);
  for (const type of options.types) {
    await waitForType(page, type);
  }
  await waitForNotice(page);
  await screenshot(page, 'voyager');
}

async function voyagerShowsPartsThatCanBeFollowed(page) {
  await enterKey(page, options.apiKey);
  for (const [view, type, most] of [
    ['Overview', 'Advert', 30],
    ['Shipments', 'ShippedItem', 20],
    ['Webhooks', 'WebhookEventResponse', 15],
    ['Everything', 'Address', 100],
  ]) {
    await page.getByLabel('Show', { exact: true }).selectOption(view);
    await waitForType(page, type);
    const names = await page.locator('svg .node').evaluateAll((nodes) => nodes.map((node) => node.id.replace('TYPE::', '')));
    check(names.length <= most, `${view} draws ${names.length} types, more than a person follows`);
    const clutter = names.filter((name) => /(Connection|Edge|Payload|Change)$/.test(name));
    check(clutter.length === 0, `${view} draws ${clutter}`);
    await screenshot(page, `voyager-${view.toLowerCase()}`);
  }
}

/** The documents that the playground starts with, and the one that a webhook in them registers, are valid here. */
async function exampleDocumentsFitTheSchema() {
  const data = await ask(getIntrospectionQuery());
  const schema = buildClientSchema(data);
  for (const name of ['catalogue', 'register-webhook']) {
    const file = new URL(`../src/documents/${name}.graphql`, import.meta.url);
    for (const document of withStoredDocuments(parse(await readFile(file, 'utf8')))) {
      const errors = validate(schema, document).map((error) => error.message);
      check(errors.length === 0, `${name}.graphql does not fit the schema: ${errors.join(' ')}`);
    }
  }
  console.log('ok   the example documents fit the schema');
}

/** What the server answers to a query or mutation, without a browser. */
async function ask(query) {
  const response = await fetch(new URL('/graphql', options.baseURL), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${options.apiKey}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  check(data && !errors, `the server refuses ${query}: ${JSON.stringify(errors)}`);
  return data;
}

/** A document, followed by those that stand in it as values of `queryString`. */
function withStoredDocuments(document) {
  const documents = [document];
  visit(document, {
    ObjectField(field) {
      if (field.name.value === 'queryString') {
        documents.push(parse(field.value.value));
      }
    },
  });
  return documents;
}

/** Runs one scenario in a browser of its own, and holds the page to what must be true all the time. */
async function onPage(target, scenario) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  context.setDefaultTimeout(patience);
  const problems = [];
  await cutToLoopback(context, problems);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`uncaught error: ${error.message}`));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) {
      problems.push(message.text());
    }
  });
  let failure;
  try {
    await page.goto(new URL(target, options.baseURL).href);
    await scenario(page);
  } catch (error) {
    failure = error;
    await screenshot(page, `failed-${scenario.name}`);
  }
  await context.close();
  if (failure || problems.length > 0) {
    const reasons = [failure?.message, ...problems].filter(Boolean);
    throw new Error(`${words(scenario.name)}: ${reasons.join('\n  ')}`);
  }
  console.log(`ok   ${words(scenario.name)}`);
}

/** Aborts every request that would leave this machine, and records it as a problem. */
async function cutToLoopback(context, problems) {
  await context.route(
    (url) => !isLoopback(url),
    (route) => {
      problems.push(`request to another host: ${route.request().url()}`);
      return route.abort();
    },
  );
  await context.routeWebSocket(
    (url) => !isLoopback(url),
    (socket) => {
      problems.push(`WebSocket to another host: ${socket.url()}`);
      return socket.close();
    },
  );
}

function isLoopback(url) {
  return ['data:', 'blob:', 'about:'].includes(url.protocol) || /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
}

async function enterKey(page, key) {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Apply' }).click();
}

/** Replaces the text of the query editor by an unnamed query, and executes it once GraphiQL has seen the change. */
async function runQuery(page, query) {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(query);
  await page.getByRole('tab', { name: '<untitled>' }).waitFor();
  await page.getByRole('button', { name: 'Execute query' }).click();
}

async function waitForResult(page, text) {
  const result = page.locator('.graphiql-response .view-lines', { hasText: text });
  await result.waitFor().catch(async () => {
    const shown = await page.locator('.graphiql-response').innerText();
    throw new Error(`the result does not contain ${text}; it shows:\n${shown}`);
  });
  check(!(await result.innerText()).includes('"errors"'), 'the result has errors');
}

/** Waits until the graph has a type. */
async function waitForType(page, type) {
  const title = page.locator('svg .node text', { hasText: new RegExp(`^\\s*${type}\\s*$`) }).first();
  await title.waitFor({ state: 'attached' }).catch(() => {
    throw new Error(`the graph has no type ${type}`);
  });
}

/** Waits until the bar below the header says this, or, without a text, is gone. */
async function waitForNotice(page, text) {
  const notice = text ? page.locator('.shell-notice', { hasText: text }) : page.locator('.shell-notice:empty');
  await notice.waitFor({ state: 'attached' }).catch(async () => {
    const shown = await page.locator('.shell-notice').innerText();
    throw new Error(`the notice is not ${JSON.stringify(text)} but ${JSON.stringify(shown)}`);
  });
}

async function screenshot(page, name) {
  if (options.screenshots) {
    await page.screenshot({ path: join(options.screenshots, `${name}.png`) });
  }
}

function check(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** A function's name as people read it. */
function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { type: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  const [baseURL, apiKey, screenshots] = positionals;
  if (!apiKey) {
    console.error(usage);
    process.exit(1);
  }
  return { baseURL, apiKey, screenshots, types: values.type ?? ['Advert', 'Webhook'] };
}
