import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arena, Kernels } from '../kernels/index.js';

/** A build of the kernels as a program (kernels/native/serve.c). */
export interface KernelBuild {
  readonly architecture: 'x64' | 'arm64';
  /** As kernels/native/variants.json names it. */
  readonly variant: string;
}

/** What compiles for each architecture, and what runs it where it isn't this machine's. */
const tools = {
  x64: { compiler: ['cc'], emulator: [] },
  arm64: { compiler: ['aarch64-linux-gnu-gcc', '-static'], emulator: ['qemu-aarch64'] },
} as const;

const packages = {
  cc: 'gcc libc6-dev',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'qemu-aarch64': 'qemu-user',
};

interface Variants {
  readonly flags: readonly string[];
  readonly x64: Readonly<Record<string, readonly string[]>>;
  readonly arm64: Readonly<Record<string, readonly string[]>>;
}

/** Kernels in a process of their own, until `stop`. Every run sends the whole arena there and back: for small ones. */
export interface KernelServer extends Kernels {
  stop(): void;
}

const sources = fileURLToPath(new URL('../../kernels/', import.meta.url));

/** What `serveKernels` needs and this machine lacks, and where Debian has it; '' where all is there. */
export function missingTools(architecture: KernelBuild['architecture']): string {
  const { compiler, emulator } = tools[architecture];
  const missing = [compiler[0], ...emulator].filter((tool) => spawnSync(tool, ['--version']).error);
  return missing.map((tool) => `${tool} (Debian: ${packages[tool]})`).join(', ');
}

/** Compiles the kernels with the addon's flags, and starts them. Throws where a compiler or an emulator is missing. */
export function serveKernels({ architecture, variant }: KernelBuild): KernelServer {
  const variants = JSON.parse(readFileSync(path.join(sources, 'native/variants.json'), 'utf8')) as Variants;
  const flags = variants[architecture][variant];
  const lanes = Number(flags.find((flag) => flag.startsWith('-DVL='))?.slice(5));
  const { compiler, emulator } = tools[architecture];
  const folder = mkdtempSync(path.join(tmpdir(), 'fastgrnn-kernels-'));
  const program = path.join(folder, 'serve');
  const files = ['native/variant.c', 'elementary.c', 'native/serve.c'];
  execFileSync(compiler[0], [...compiler.slice(1), ...variants.flags, ...flags, '-DRUN=run', ...files, '-o', program], {
    cwd: sources,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [requests, answers] = ['requests', 'answers'].map((name) => path.join(folder, name));
  execFileSync('mkfifo', [requests, answers]);
  // An end of one direction waits for the other, so ends of both come first. A server that has only its own ends ends with its
  // input, and one that has died shows as the end of the answers.
  const both = [requests, answers].map((fifo) => openSync(fifo, constants.O_RDWR));
  const its = [openSync(requests, 'r'), openSync(answers, 'w')];
  const [out, back] = [openSync(requests, 'w'), openSync(answers, 'r')];
  const [command, ...rest] = [...emulator, program];
  spawn(command, rest, { stdio: [its[0], its[1], 'inherit'] }).unref();
  for (const descriptor of [...both, ...its]) closeSync(descriptor);
  return {
    backend: `served-${variant}`,
    lanes,
    fma: flags.includes('-ffp-contract=fast'),
    arena: (bytes) => servedArena(bytes, out, back),
    stop: () => {
      closeSync(out);
      closeSync(back);
      rmSync(folder, { recursive: true });
    },
  };
}

function servedArena(atLeast: number, out: number, back: number): Arena {
  const bytes = Math.ceil(atLeast / 64) * 64;
  const buffer = new ArrayBuffer(bytes);
  const request = new Int32Array(2);
  return {
    bytes,
    f32: (offset, length) => new Float32Array(buffer, offset * 4, length),
    i32: (offset, length) => new Int32Array(buffer, offset * 4, length),
    run: (offset) => {
      request.set([offset, bytes / 4]);
      for (const part of [new Uint8Array(request.buffer), new Uint8Array(buffer)]) {
        for (let sent = 0; sent < part.length;) sent += writeSync(out, part, sent);
      }
      const answer = new Uint8Array(buffer);
      for (let got = 0; got < bytes;) {
        const more = readSync(back, answer, got, bytes - got, null);
        if (more === 0)
          throw new Error('the kernels in a process of their own have ended: see above for what they said');
        got += more;
      }
    },
  };
}
