// Whether a sparse kernel would make the stages after thresholding faster than the dense one with zeros: bench/sparse.c, compiled for this
// processor.
//   npm run bench:sparse
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeVariants } from '../dist/kernels/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = path.join(root, 'kernels');
const { flags, ...variants } = JSON.parse(readFileSync(path.join(kernels, 'native/variants.json'), 'utf8'));
const folder = mkdtempSync(path.join(tmpdir(), 'fastgrnn-sparse-'));
try {
  for (const name of (await nativeVariants()).variants) {
    const program = path.join(folder, name);
    const sources = [path.join(root, 'bench/sparse.c'), path.join(kernels, 'gemm.c'), path.join(kernels, 'pack.c')];
    execFileSync(process.env.CC || 'cc', [
      ...flags,
      ...variants[process.arch][name],
      `-I${kernels}`,
      ...sources,
      '-o',
      program,
    ]);
    process.stdout.write(execFileSync(program));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
