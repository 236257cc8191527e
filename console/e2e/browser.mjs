// Chromium for the tests of the pages: cut to loopback, and held to what must be true of every page all the time.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

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

export class Browser {
  /** `options` are the base URL of the server and, where pictures are wanted, their folder. */
  static async launch({ baseURL, screenshots }) {
    if (screenshots) {
      await mkdir(screenshots, { recursive: true });
    }
    const chromiumBrowser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: browserFlags,
    });
    return new Browser(chromiumBrowser, baseURL, screenshots);
  }

  constructor(chromiumBrowser, baseURL, screenshots) {
    Object.assign(this, { chromium: chromiumBrowser, baseURL, screenshots });
  }

  /** Runs scenarios, says why one failed, with exit code 1, and ends the browser. */
  async scenarios(run) {
    try {
      await run();
    } catch (error) {
      console.error(`FAIL ${error.message}`, error.cause?.message ?? '');
      process.exitCode = 1;
    } finally {
      await this.chromium.close();
    }
  }

  /** Runs one scenario in a context of its own, and holds its pages to what must be true all the time. */
  async onPage(target, scenario, viewport, settings = {}) {
    const context = await this.chromium.newContext({ viewport, serviceWorkers: 'block', ...settings });
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
      await page.goto(new URL(target, this.baseURL).href);
      await scenario(page);
    } catch (error) {
      failure = error;
      await this.screenshot(page, `failed-${scenario.name}-${viewport.width}`);
    }
    await context.close();
    if (failure || problems.length > 0) {
      const reasons = [failure?.message, ...problems].filter(Boolean);
      throw new Error(`${words(scenario.name)}, ${viewport.width} pixels wide: ${reasons.join('\n  ')}`);
    }
    console.log(`ok   ${words(scenario.name)}, ${viewport.width} pixels wide`);
  }

  async screenshot(page, name, settings = {}) {
    if (this.screenshots) {
      await page.screenshot({ path: join(this.screenshots, `${name}.png`), ...settings });
    }
  }
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

/** A function that gives what the server answers to a query or mutation, without a browser. */
export function asker({ baseURL, apiKey }) {
  return async (query, variables) => {
    const response = await fetch(new URL('/graphql', baseURL), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    check(data && !errors, `the server refuses ${query}: ${JSON.stringify(errors)}`);
    return data;
  };
}

/** Replaces the text of the query editor by an unnamed query, and executes it once GraphiQL has seen the change. */
export async function runQuery(page, query) {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(query);
  await page.getByRole('tab', { name: '<untitled>' }).waitFor();
  await page.getByRole('button', { name: 'Execute query' }).click();
}

export async function waitForResult(page, text) {
  const result = page.locator('.graphiql-response .view-lines', { hasText: text });
  await result.waitFor().catch(async () => {
    const shown = await page.locator('.graphiql-response').innerText();
    throw new Error(`the result does not contain ${text}; it shows:\n${shown}`);
  });
  check(!(await result.innerText()).includes('"errors"'), 'the result has errors');
}

export function check(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** A function's name as people read it. */
function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
