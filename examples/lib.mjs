// What the examples share: a folder that goes away, and the command line.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
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
