// What the examples share: a folder that goes away, the command line, a static server and Chromium.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs `use` with a temporary folder. */
export async function withFolder(use) {
  const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-example-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a program and shows what it prints; throws where it fails. Returns what it printed. */
export function run(command, args, options = {}) {
  console.log(`$ ${[command, ...args].join(' ')}`);
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  process.stdout.write(stdout ?? '');
  process.stderr.write(stderr ?? '');
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return stdout;
}

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Runs `fastgrnn` with these arguments, as `npx fastgrnn` would. */
export function fastgrnn(...args) {
  return run(process.execPath, [main, ...args]);
}

/** Throws `message` unless it holds. */
export function check(holds, message) {
  if (!holds) throw new Error(message);
}

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * A static server of this package on this machine alone, at a port (0: any free one). `page` is a path in the package, as
 * `/examples/browser/index.html`; beside it stands `model.safetensors`, of the bytes `model`. Returns the server and the page's address.
 */
export async function servePage(page, model, port) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const modelPath = path.posix.join(path.posix.dirname(page), 'model.safetensors');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = path.join(root, path.normalize(pathname));
    const content = pathname === modelPath ? Promise.resolve(model) : readFile(file);
    content.then(
      (body) => {
        response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, address: `http://127.0.0.1:${server.address().port}${page}` };
}

/** A headless Chromium: that of the environment variable CHROMIUM, or the system's. */
export async function launchChromium(...args) {
  const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (program) => program && existsSync(program),
  );
  check(executablePath, 'there is no Chromium; install it (apt-get install chromium) or name it in CHROMIUM');
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}
