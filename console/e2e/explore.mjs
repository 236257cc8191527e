// Opens /playground and /voyager of a running server in Chromium and uses them as a person would, with the network cut
// to loopback. Exits with 0 where all of it works, else with 1 and the reason.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildClientSchema, getIntrospectionQuery, parse, validate, visit } from 'graphql';
import { Browser, asker, check, runQuery, waitForResult } from './browser.mjs';

const usage = `usage: node e2e/explore.mjs [--type NAME]… BASE_URL API_KEY [SCREENSHOTS_DIR]
  --type NAME  a type that Voyager must draw; can be repeated (default: Advert and Webhook)
  CHROMIUM     environment variable: the browser's path (default: /usr/bin/chromium)`;

const options = readArguments();
const ask = asker(options);
const browser = await Browser.launch(options);
await browser.scenarios(async () => {
  await exampleDocumentsFitTheSchema();
  const onPage = (target, scenario) => browser.onPage(target, scenario, { width: 1440, height: 900 });
  await onPage('/playground', playgroundAsksForTheKey);
  await onPage('/playground', playgroundRunsQueries);
  await onPage('/playground', playgroundSubscribes);
  await onPage('/voyager', voyagerRefusesAWrongKey);
  await onPage('/voyager', voyagerDrawsTheTypes);
  await onPage('/voyager', voyagerShowsPartsThatCanBeFollowed);
});

async function playgroundAsksForTheKey(page) {
  await runQuery(page, '{ apiKeyPrincipal { name } }');
  await waitForNotice(page, 'Enter the API key');
  await browser.screenshot(page, 'playground-without-key');
}

async function playgroundRunsQueries(page) {
  await enterKey(page, options.apiKey);
  await page.locator('.graphiql-query-editor', { hasText: 'query Catalogue' }).waitFor();
  await browser.screenshot(page, 'playground');

  await runQuery(page, '{ __typename }');
  await waitForResult(page, '"__typename": "Query"');
  await runQuery(page, '{ apiKeyPrincipal { name } }');
  await waitForResult(page, '"name": "');
  await browser.screenshot(page, 'playground-result');

  await page.getByRole('tab', { name: 'RegisterWebhook' }).click();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation', exact: true }).first().waitFor();
  await browser.screenshot(page, 'playground-webhook');

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
  await browser.screenshot(page, 'playground-subscription');
  await page.getByRole('button', { name: 'Stop query' }).click();
  await page.getByRole('button', { name: 'Execute query' }).waitFor();
}

async function voyagerRefusesAWrongKey(page) {
  await enterKey(page, 'not-the-key');
  await waitForNotice(page, 'does not accept this API key');
  await browser.screenshot(page, 'voyager-wrong-key');
}

async function voyagerDrawsTheTypes(page) {
  await enterKey(page, options.apiKey);
  for (const type of options.types) {
    await waitForType(page, type);
  }
  await waitForNotice(page);
  await browser.screenshot(page, 'voyager');
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
    await browser.screenshot(page, `voyager-${view.toLowerCase()}`);
  }
}

/** The documents that the playground starts with, and the one that a webhook in them registers, are valid here. */
async function exampleDocumentsFitTheSchema() {
  const data = await ask(getIntrospectionQuery());
  const schema = buildClientSchema(data);
  for (const name of ['catalogue', 'register-webhook', 'changes']) {
    const file = new URL(`../src/documents/${name}.graphql`, import.meta.url);
    for (const document of withStoredDocuments(parse(await readFile(file, 'utf8')))) {
      const errors = validate(schema, document).map((error) => error.message);
      check(errors.length === 0, `${name}.graphql does not fit the schema: ${errors.join(' ')}`);
    }
  }
  console.log('ok   the example documents fit the schema');
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

async function enterKey(page, key) {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Apply' }).click();
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
