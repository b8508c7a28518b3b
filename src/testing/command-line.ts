import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../cli/program.js';

/** What a command left behind. */
export interface CommandResult {
  /** 0 to 255; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line in this process: fast, and enough for all but signals and full disks.
 *
 * @throws Error where the program calls what happened a bug of its own
 */
export async function commandLine(...args: string[]): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' };
  const { log } = console;
  const streams = ['stdout', 'stderr'] as const;
  const writes = streams.map((name) => process[name].write);
  const exitCode = process.exitCode;
  try {
    console.log = (text: unknown) => void (output.stdout += `${String(text)}\n`);
    for (const name of streams) {
      process[name].write = (text: Uint8Array | string) => {
        output[name] += String(text);
        return true;
      };
    }
    process.exitCode = undefined;
    await runCommandLine(args);
    if (output.stderr.includes('this is a bug')) throw new Error(output.stderr);
    return { code: Number(process.exitCode ?? 0), ...output };
  } finally {
    console.log = log;
    streams.forEach((name, i) => (process[name].write = writes[i]));
    process.exitCode = exitCode;
  }
}

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the built program in a process of its own. `shell` is run before it in the same process, as in `ulimit -f 1`. */
export function startCommand(
  args: readonly string[],
  shell = ':',
): { readonly child: ChildProcess; readonly result: Promise<CommandResult> } {
  const command = ['-c', `${shell}; exec "$@"`, 'sh', process.execPath, main, ...args];
  const child = spawn('/bin/sh', command, { cwd: path.dirname(main), stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Uint8Array) => (output.stdout += String(data)));
  child.stderr.on('data', (data: Uint8Array) => (output.stderr += String(data)));
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
  return { child, result };
}
