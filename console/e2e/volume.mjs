// Registers 1,000 webhooks, has 100,000 deliveries made, and measures how long the console's lists take in Chromium.
// Takes minutes: it is no part of the test suite. The server must be empty, or filled by this before, and allow endpoints on the loopback
// and http; for the speed of filling it, CRIER_RATE_LIMIT=0.

import { Browser, asker, check } from './browser.mjs';
import { Receiver } from './receiver.mjs';

const [baseURL, apiKey, screenshots, webhooks = 1000, changes = 100] = process.argv.slice(2);
if (!apiKey) {
  console.error('usage: node e2e/volume.mjs BASE_URL API_KEY [SCREENSHOTS_DIR [WEBHOOKS [CHANGES_OF_EACH]]]');
  process.exit(1);
}

/** The longest that a person may wait for any list, in milliseconds. */
const most = 2000;

const ask = asker({ baseURL, apiKey });
const receiver = await Receiver.start();
const browser = await Browser.launch({ baseURL, screenshots });
await browser.scenarios(async () => {
  await fill();
  await browser.onPage('/', listsAreQuick, { width: 1280, height: 900 });
});
receiver.stop();

async function fill() {
  if ((await ask('{ webhooks(first: 1) { totalCount } }')).webhooks.totalCount >= webhooks) {
    return; // it was filled before
  }
  const queryString = 'query($id: ID!) { node(id: $id) { __typename ... on Taxon { id title } } }';
  for (let made = 0; made < webhooks; made += 50) {
    const creations = Array.from({ length: 50 }, (_, i) => {
      const attributes = `{ type: TAXON, url: ${JSON.stringify(receiver.url)}, name: "Webhook ${made + i}", queryString: ${JSON.stringify(queryString)} }`;
      return `w${i}: webhookCreate(input: { attributes: ${attributes} }) { status }`;
    });
    await ask(`mutation { ${creations.join(' ')} }`);
  }
  const { taxonCreateOrUpdate } = await ask('mutation { taxonCreateOrUpdate(input: { title: "Change 0" }) { taxon { id } } }');
  for (let change = 1; change < changes; change++) {
    await ask(`mutation { taxonCreateOrUpdate(input: { id: "${taxonCreateOrUpdate.taxon.id}", title: "Change ${change}" }) { status } }`);
  }
  const count = async () => (await ask('{ webhookEvents(first: 1, statuses: [SENT, SKIPPED]) { totalCount } }')).webhookEvents.totalCount;
  for (let sent = 0; sent < webhooks * changes * 0.99; sent = await count()) {
    process.stdout.write(`\r${sent} settled `);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  console.log();
}

async function listsAreQuick(page) {
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Log in' }).click();
  const link = (name) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true });
  await takes(page, 'the webhooks', () => link('Webhooks').click(), () => page.getByRole('row').nth(25).waitFor());
  await takes(page, 'the next page of them', () => page.getByRole('button', { name: 'Older' }).click(), () => page.waitForURL('**/webhooks?after=*'));
  await takes(page, 'the deliveries', () => link('Deliveries').click(), () => page.getByRole('row').nth(50).waitFor());
  await takes(page, 'the sent ones', () => page.getByRole('checkbox', { name: 'Sent', exact: true }).check(), () => page.waitForURL('**/deliveries?status=SENT'));
  for (let turned = 0; turned < 3; turned++) {
    const before = page.url();
    await takes(page, 'older ones', () => page.getByRole('button', { name: 'Older' }).click(), () => page.waitForURL((url) => url.href !== before));
  }
  await takes(page, 'one delivery', () => page.getByRole('link', { name: /^Taxon/ }).first().click(), () => page.getByRole('heading', { name: 'Timing' }).waitFor());
  await takes(page, 'the overview', () => page.goto(new URL('/', baseURL).href), () => page.getByRole('img', { name: /^Deliveries/ }).waitFor());
}

/** Holds a step, with the list that it leads to settled, to what a person waits for. */
async function takes(page, what, act, shown) {
  const begin = performance.now();
  await act();
  await shown();
  await page.locator('[aria-busy=true], .loading').first().waitFor({ state: 'detached' });
  const took = performance.now() - begin;
  console.log(`${what}: ${Math.round(took)} ms`);
  await browser.screenshot(page, `volume-${what.replaceAll(' ', '-')}`);
  check(took < most, `${what} took ${Math.round(took)} ms, more than ${most}`);
}
