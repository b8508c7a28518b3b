import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';

/** Debian's Chromium, or that of the environment variable CHROMIUM. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `there is no ${executablePath}: install Chromium (apt-get install --no-install-recommends chromium), or set CHROMIUM to the path of one`,
    );
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] }); // as root, as in containers, it starts only so
}

export interface Site {
  readonly folder: string;
  dispose(): Promise<void>;
}

/** The page of this folder, bundled with the package. */
export async function buildSite(): Promise<Site> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-site-'));
  await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir: folder, emptyOutDir: false, target: 'es2022', minify: false },
    worker: { format: 'es' },
  });
  return { folder, dispose: () => rm(folder, { recursive: true, force: true }) };
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface Served {
  readonly address: string;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
  dispose(): Promise<void>;
}

/** Serves a folder on localhost; isolated, pages may share memory with their workers. */
export async function serve(folder: string, isolated: boolean): Promise<Served> {
  const asked: string[] = [];
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(pathname);
    readFile(path.join(folder, path.normalize(pathname))).then(
      (body) => {
        const type = types[path.extname(pathname)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type, ...(isolated ? isolation : {}) });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    dispose: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
