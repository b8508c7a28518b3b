import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arena, Kernels } from '../kernels/index.js';

/** How the kernels become a program (kernels/native/serve.c). */
export interface KernelBuild {
  readonly name: string;
  readonly lanes: number;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** What runs a program of another processor, with its arguments; none for this one. */
  readonly emulator?: readonly string[];
}

/** The build for ARM's 128-bit vectors, run by an emulator. */
export const neonBuild: KernelBuild = {
  name: 'neon',
  lanes: 4,
  compiler: 'aarch64-linux-gnu-gcc',
  flags: ['-static'],
  emulator: ['qemu-aarch64'],
};

/** Kernels in a process of their own, until `stop`. Every run sends the whole arena there and back: for small ones. */
export interface KernelServer extends Kernels {
  stop(): void;
}

const sources = fileURLToPath(new URL('../../kernels/', import.meta.url));

/** Compiles the kernels as they are for the addon, and starts them. `contract: 'fast'` lets the compiler fuse multiply and add. */
export function serveKernels(build: KernelBuild, contract: 'off' | 'fast' = 'off'): KernelServer {
  const folder = mkdtempSync(path.join(tmpdir(), 'fastgrnn-kernels-'));
  const program = path.join(folder, 'serve');
  execFileSync(
    build.compiler,
    [
      ...['-std=gnu17', '-O3', '-fno-math-errno', `-ffp-contract=${contract}`, `-DVL=${build.lanes}`, ...build.flags],
      ...['-DRUN=run', 'native/variant.c', 'elementary.c', 'native/serve.c', '-o', program],
    ],
    { cwd: sources, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [requests, answers] = ['requests', 'answers'].map((name) => path.join(folder, name));
  execFileSync('mkfifo', [requests, answers]);
  // Opened for both directions no end waits for the other. The ends kept here are of one direction, so that a server that has
  // died shows as an end of the file.
  const both = [requests, answers].map((fifo) => openSync(fifo, constants.O_RDWR));
  const [command, ...rest] = [...(build.emulator ?? []), program];
  const server = spawn(command, rest, { stdio: [both[0], both[1], 'inherit'] });
  server.unref();
  const [out, back] = [openSync(requests, 'w'), openSync(answers, 'r')];
  for (const descriptor of both) closeSync(descriptor);
  return {
    backend: `served-${build.name}`,
    lanes: build.lanes,
    fma: contract === 'fast',
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
