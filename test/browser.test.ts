import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as api from '../src/index.js';
import * as runtime from '../src/runtime/index.js';
import { buildSite, serve, startChromium, type Served, type Site } from './browser/host.js';
import { scenario, type Outcome, type Settings } from './browser/scenario.js';

// What test/browser/page.mjs gives the page.
declare global {
  var fastgrnn: typeof api;
  var runHere: (settings: Settings) => Promise<Outcome>;
  var runInBackground: (settings: Settings) => Promise<Outcome>;
}

const kernelsFile = new URL('../kernels/kernels.wasm', import.meta.url);

let site: Site;
let browser: Browser;
let node: Outcome;
beforeAll(async () => {
  browser = await startChromium();
  site = await buildSite();
  await copyFile(kernelsFile, path.join(site.folder, 'elsewhere.wasm'));
  node = await scenario(api, runtime, { workers: 1 });
});
afterAll(async () => {
  await browser?.close();
  await site?.dispose();
});

interface Opened {
  readonly page: Page;
  readonly served: Served;
  /** How many workers the page has started. */
  readonly workers: () => number;
}

/**
 * Runs `use` with a fresh page; errors that nobody caught there fail the test, but for `expected`: what a test makes a worker
 * throw may be told as the page's, too, before the page hears of it.
 */
async function withPage<T>(isolated: boolean, use: (opened: Opened) => Promise<T>, expected?: RegExp): Promise<T> {
  const served = await serve(site.folder, isolated);
  const page = await browser.newPage();
  try {
    const errors: string[] = [];
    let workers = 0;
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('worker', () => workers++);
    await page.goto(`${served.address}/index.html`);
    await page.waitForFunction(() => 'runInBackground' in globalThis);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    const result = await use({ page, served, workers: () => workers });
    expect(errors.filter((error) => !expected?.test(error))).toEqual([]);
    return result;
  } finally {
    await page.close();
    await served.dispose();
  }
}

test('the task is one that tells: trained, thresholded, with an integer network that answers', () => {
  expect(node.losses).toHaveLength(8);
  expect(node.losses[7]).toBeLessThan(node.losses[0]);
  expect(new Set(node.integerLogits).size).toBeGreaterThan(12);
  expect(Math.min(...node.accuracies)).toBeGreaterThan(1 / 3);
});

describe('a page gives the bits of Node, from arrays to C and streams', () => {
  test('on one thread, where it may not share memory, though more are asked for', async () => {
    await withPage(false, async ({ page, workers }) => {
      expect(await page.evaluate(() => runHere({ workers: 3 }))).toEqual(node);
      expect(workers()).toBe(0);
    });
  });

  test('with a worker beside it, where it is isolated', async () => {
    await withPage(true, async ({ page, workers }) => {
      expect(await page.evaluate(() => runHere({ workers: 2 }))).toEqual(node);
      expect(workers()).toBe(1);
    });
  });

  test.each([true, false])('in the background, isolated: %s', async (isolated) => {
    await withPage(isolated, async ({ page, workers }) => {
      expect(await page.evaluate(() => runInBackground({ workers: 2 }))).toEqual(node);
      expect(workers()).toBe(isolated ? 2 : 1);
    });
  });
});

describe('kernels from elsewhere', () => {
  test.each(['bytes', 'URL', 'text'])('as %s', async (kind) => {
    await withPage(true, async ({ page, served }) => {
      const outcome = await page.evaluate(async (wanted) => {
        const url = new URL('elsewhere.wasm', location.href);
        const bytes = async () => new Uint8Array(await (await fetch(url)).arrayBuffer());
        return runHere({
          workers: 2,
          wasm: wanted === 'bytes' ? await bytes() : wanted === 'URL' ? url : 'elsewhere.wasm',
        });
      }, kind);
      expect(outcome).toEqual(node);
      expect(served.asked.filter((file) => file.includes('kernels'))).toEqual([]);
    });
  });

  test('that are missing are named, with what the server says', async () => {
    await withPage(false, async ({ page, served }) => {
      const load = () => page.evaluate(() => fastgrnn.loadKernels({ wasm: 'nowhere.wasm' }).then(() => 'loaded'));
      await expect(load()).rejects.toThrow(/can't fetch nowhere.wasm: HTTP 404/);
      await served.dispose();
      await expect(load()).rejects.toThrow(/can't fetch nowhere.wasm: Failed to fetch/);
    });
  });

  test('in Node as well', async () => {
    const outcome = await scenario(api, runtime, { workers: 2, wasm: new Uint8Array(await readFile(kernelsFile)) });
    expect(outcome).toEqual(node);
    expect(await scenario(api, runtime, { workers: 2, wasm: kernelsFile })).toEqual(node);
  });
});

describe('a worker that fails ends the training, and the error says why', () => {
  /** What a training says whose worker's module begins with `first`, or isn't there. */
  const outcomeWith = async (first: string | undefined) =>
    withPage(
      true,
      async ({ page }) => {
        await page.route(/worker-.*\.js$/, async (route) => {
          if (first === undefined) return route.abort();
          const response = await route.fetch();
          return route.fulfill({ response, body: first + (await response.text()) });
        });
        return page.evaluate(() =>
          runHere({ workers: 2 }).then(
            () => 'trained',
            (error: Error) => error.message,
          ),
        );
      },
      /too much|no room/,
    );

  test('where its module is missing', async () => {
    expect(await outcomeWith(undefined)).toMatch(/^a worker thread failed: its module could not be loaded/);
  });

  test('where its module throws', async () => {
    const text = await outcomeWith('throw new RangeError("too much");');
    expect(text).toMatch(/^a worker thread failed: RangeError: too much/);
  });

  test('where it fails later', async () => {
    const text = await outcomeWith('WebAssembly.compile = () => Promise.reject(new RangeError("no room"));');
    expect(text).toMatch(/^a worker thread failed: RangeError: no room/);
  });
});
