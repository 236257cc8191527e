// Goes the main way through the console of a running server in Chromium, from an empty database, as a person would:
// on a wide and on a narrow screen, without network, each view held to axe-core's rules. Exits with 0 where all of it
// works, else with 1 and the reason. The server must allow endpoints on the loopback, and http.

import AxeBuilder from '@axe-core/playwright';
import { createHmac } from 'node:crypto';
import { Browser, asker, check, runQuery, waitForResult } from './browser.mjs';
import { Receiver } from './receiver.mjs';

const [baseURL, apiKey, screenshots] = process.argv.slice(2);
if (!apiKey) {
  console.error(`usage: node e2e/console.mjs BASE_URL API_KEY [SCREENSHOTS_DIR]
  CHROMIUM  environment variable: the browser's path (default: /usr/bin/chromium)`);
  process.exit(1);
}

const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };

const ask = asker({ baseURL, apiKey });
const receiver = await Receiver.start();
const browser = await Browser.launch({ baseURL, screenshots });
await browser.scenarios(async () => {
  await browser.onPage('/', refusesAWrongKey, wide);
  await browser.onPage('/', theMainWay, wide);
  await browser.onPage('/', theMainWay, narrow, { isMobile: true, hasTouch: true, colorScheme: 'dark' });
});
receiver.stop();

async function refusesAWrongKey(page) {
  await logIn(page, 'not-the-key');
  await page.getByText('The server does not accept this key').waitFor();
  await looksGood(page, 'login-refused');
}

async function theMainWay(page) {
  receiver.works();
  const title = `Kettles ${page.viewportSize().width}`;
  await picture(page, 'login');
  await logIn(page, apiKey);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const webhook = await registers(page, title);
  await takesADocumentToThePlaygroundAndBack(page);
  await deliversAChangeMadeInThePlayground(page, title);
  await showsWhyADeliveryFailsAndSendsItAgain(page, title);
  await showsWhatHappens(page, title);
  await operates(page, webhook);
}

/** Writes a document with a mistake, mends it, looks at the body, and registers. */
async function registers(page, title) {
  const { taxonCreateOrUpdate } = await ask(`mutation { taxonCreateOrUpdate(input: { title: "${title}" }) { taxon { id } } }`);
  check(taxonCreateOrUpdate.taxon, 'the taxon was not created');
  await follow(page, 'Webhooks');
  if (page.viewportSize().width === wide.width) {
    await page.getByRole('heading', { name: 'No webhook yet' }).waitFor();
    await looksGood(page, 'webhooks-empty');
  }
  await follow(page, 'Compose');
  await page.getByLabel('Class').selectOption('TAXON');
  await writes(page, document('titel'));
  await page.getByTestId('remarks').getByText('Cannot query field "titel"').waitFor();
  await page.locator('.cm-lintRange-error').waitFor();
  await looksGood(page, 'compose-error');

  await writes(page, document('title'));
  await page.getByLabel('Entity').selectOption({ label: await optionWith(page, title) });
  await page.getByRole('region', { name: 'The body as it would be sent' }).getByText(`"${title}"`).waitFor();
  await page.getByText('taxonomy:read').first().waitFor();
  await page.getByLabel('Filter', { exact: true }).fill('data.node.titel == ""');
  await page.getByText("undefined field 'titel'").first().waitFor();
  await page.getByLabel('Filter', { exact: true }).fill('data.node.title != ""');
  await page.getByText('It lets this entity pass').waitFor();
  await page.getByLabel('URL of the receiver').fill('no address');
  await page.getByRole('button', { name: 'Register the webhook' }).click();
  await page.locator('.field-error').first().waitFor();
  await page.getByLabel('URL of the receiver').fill(receiver.url);
  await page.getByLabel('Name').fill(`Listens to ${title}`);
  await looksGood(page, 'compose');
  await page.getByRole('button', { name: 'Register the webhook' }).click();
  await page.getByTestId('secret').waitFor();
  await looksGood(page, 'secret');
  return keepsTheSecret(page);
}

/** The secret is shown once; what is returned verifies deliveries. */
async function keepsTheSecret(page) {
  const secret = await page.getByTestId('secret').innerText();
  check(secret.startsWith('whsec_'), `this is no secret: ${secret}`);
  for (const language of ['Python', 'Go', 'Shell']) {
    await page.getByRole('button', { name: language, exact: true }).click();
    await page.getByRole('region', { name: `Verification in ${language}` }).waitFor();
  }
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('heading', { name: 'Latest deliveries' }).waitFor();
  check(!(await page.content()).includes(secret), 'the secret is still there');
  return { secret, path: new URL(page.url()).pathname };
}

async function takesADocumentToThePlaygroundAndBack(page) {
  await page.getByRole('button', { name: 'Open in the playground' }).click();
  await page.waitForURL('**/playground');
  await page.locator('.graphiql-query-editor', { hasText: '... on Taxon' }).waitFor();
  await page.getByRole('button', { name: 'Compose a webhook from this document' }).click();
  await page.waitForURL('**/compose');
  await page.getByTestId('document').getByText('... on Taxon').waitFor();
  await page.waitForFunction(() => document.querySelector('select')?.value === 'TAXON');
}

async function deliversAChangeMadeInThePlayground(page, title) {
  const id = await taxonId(title);
  await page.getByRole('link', { name: 'Playground' }).click();
  await runQuery(page, `mutation { taxonCreateOrUpdate(input: { id: "${id}", title: "${title}, new" }) { status } }`);
  await waitForResult(page, '"status": 200');
  await page.getByRole('link', { name: 'Console' }).click();
  await follow(page, 'Deliveries');
  const line = page.getByRole('row').filter({ has: page.getByRole('link', { name: /^Taxon \d+ update/ }) }).first();
  await line.getByText('Sent').waitFor();
  await looksGood(page, 'deliveries');
}

async function showsWhyADeliveryFailsAndSendsItAgain(page, title) {
  const id = await taxonId(`${title}, new`);
  receiver.fails();
  await ask(`mutation { taxonCreateOrUpdate(input: { id: "${id}", title: "${title}, newer" }) { status } }`);
  const line = page.getByRole('row').filter({ hasText: 'Retrying' }).first();
  await line.waitFor();
  await picture(page, 'deliveries-failing');
  await line.getByRole('link', { name: /^Taxon/ }).click();
  await page.getByText('the database is away').first().waitFor();
  await page.getByText('The receiver failed').waitFor();
  await page.getByRole('button', { name: 'What differs' }).click();
  await page.locator('ins', { hasText: `${title}, newer` }).waitFor();
  await page.locator('del', { hasText: `${title}, new` }).waitFor();
  await looksGood(page, 'delivery-failing');

  receiver.works();
  await page.getByRole('button', { name: 'Send now' }).click();
  await page.getByRole('heading', { level: 1 }).getByText('Sent').waitFor();
  await page.getByRole('button', { name: 'Resend' }).waitFor();
  await picture(page, 'delivery-sent');
  const before = receiver.received.length;
  await page.getByRole('button', { name: 'Resend' }).click();
  await until(() => receiver.received.length > before, 'the resent delivery does not arrive');
  const [again, first] = [receiver.received.at(-1), receiver.received.at(-2)];
  check(again.body === first.body, 'what is sent again is not the same');
}

/** A change passes by while the overview is looked at; the schema view knows what the document reads. */
async function showsWhatHappens(page, title) {
  await follow(page, 'Overview');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByRole('img', { name: /^Deliveries .* Sent: [1-9]/ }).waitFor();
  const created = page.locator('.stream').getByText('create');
  for (let n = 1; !(await created.first().isVisible()); n++) { // a subscription says nothing when it has begun
    await ask(`mutation { taxonCreateOrUpdate(input: { title: "${title}, another ${n}" }) { status } }`);
    await created.first().waitFor({ timeout: 2_000 }).catch(() => check(n < 30, 'no change passes by'));
  }
  await looksGood(page, 'overview');
  await follow(page, 'Schema');
  await page.getByRole('list', { name: 'Fields that documents read' }).getByText('Taxon.title').waitFor();
  await looksGood(page, 'schema');
}

/** Pauses, resumes, pings, triggers, rotates, backfills, edits and deletes the webhook. */
async function operates(page, { secret, path }) {
  check(isSigned(receiver.received.at(-1), secret), 'the secret that was shown does not verify the delivery');
  await follow(page, 'Webhooks');
  await page.getByRole('img', { name: /of the latest/ }).first().waitFor();
  await looksGood(page, 'webhooks');
  await page.getByRole('link', { name: /^Listens to/ }).first().click();
  await page.waitForURL(`**${path}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('It is paused').or(page.getByText('paused')).first().waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();

  await page.getByRole('button', { name: 'Ping' }).click();
  await page.getByRole('button', { name: 'Send the ping' }).click();
  await page.getByRole('dialog').getByText('HTTP 204').waitFor();
  await looksGood(page, 'ping');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Trigger' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  await page.waitForURL('**/deliveries/*');
  await page.getByText('triggered by a person').waitFor();
  await page.goBack();

  await page.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  const { secret: next } = await keepsTheSecret(page);
  await page.getByRole('button', { name: 'Backfill entities' }).click();
  await page.getByRole('button', { name: 'Start the backfill' }).click();
  await page.getByRole('row').filter({ hasText: 'Backfill' }).getByText('Done').waitFor();
  check(isSigned(receiver.received.at(-1), next), 'the new secret does not verify the delivery');
  await looksGood(page, 'webhook');
  await follow(page, 'Jobs');
  await page.getByRole('row').filter({ hasText: 'Backfill' }).first().waitFor();
  await looksGood(page, 'jobs');
  await page.goBack();

  await page.getByRole('link', { name: 'Edit' }).first().click();
  await page.getByLabel('Name').fill('Nearly gone');
  await page.getByRole('button', { name: 'Save the changes' }).click();
  await page.getByRole('heading', { name: /^Nearly gone/ }).waitFor();
  await page.getByRole('button', { name: 'Delete this webhook' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.waitForURL('**/webhooks');
  check((await ask('{ webhooks { totalCount } }')).webhooks.totalCount === 0, 'the webhook is still there');
}

function document(field) {
  return `query ($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on Taxon {\n      id\n      ${field}\n    }\n  }\n}\n`;
}

/** Replaces the document in the editor. */
async function writes(page, text) {
  const editor = page.getByTestId('document');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

async function optionWith(page, title) {
  const option = page.getByLabel('Entity').getByRole('option', { name: title });
  await option.waitFor({ state: 'attached' });
  return option.innerText();
}

async function taxonId(title) {
  const { taxons } = await ask('{ taxons(first: 500) { nodes { id title } } }');
  return taxons.nodes.find((taxon) => taxon.title === title).id;
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const digest = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64');
  return headers['webhook-signature'].split(' ').includes(`v1,${digest}`);
}

async function logIn(page, key) {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Log in' }).click();
}

async function follow(page, view) {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: view }).waitFor();
}

async function until(holds, message) {
  for (const end = Date.now() + 30_000; !holds(); ) {
    check(Date.now() < end, message);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function picture(page, name) {
  const { width } = page.viewportSize();
  return browser.screenshot(page, `${name}-${width}`, { fullPage: width === narrow.width });
}

/** Nothing is wider than the screen, and axe-core finds no serious violation. Keeps a picture. */
async function looksGood(page, name) {
  await picture(page, name);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const said = serious.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n    ')}`);
  check(said.length === 0, `axe-core finds in ${name}:\n  ${said.join('\n  ')}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(over <= 0, `${name} is ${over} pixels wider than the screen`);
}
