// What is measured: every build of our kernels that this processor runs, and the peers that are installed.
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { nativeVariants } from '../dist/kernels/index.js';
import { Child } from './child.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = here('peers/venv/bin/python');

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** The cells that PyTorch has fused kernels for, and what our rows of them are called; and the shapes on which they are measured. */
const shapesOfOthers = ['S1', 'D2'];
const otherCells = new Map(
  ['LSTM', 'GRU'].map((cell) => [cell, { implementation: `fastgrnn-${cell.toLowerCase()}`, shapes: shapesOfOthers }]),
);

/** The widest variant: the last of ours. */
const widest = (ours) => ours.at(-1).variant.replace('-fma', '');

/**
 * Everything that can run here, on 1 and 2 threads, and why the rest can't. An implementation has `unfit`: by shape, why that one isn't
 * measured; `shapes`: where it is measured, if not everywhere; `peak`: which peak is its measure.
 */
export async function findImplementations({ shards }) {
  const skipped = {};
  const ours = await ourVariants(skipped);
  const peers = await findPeers(skipped);
  const gated = ours.filter(({ variant }) => variant === 'wasm' || variant.startsWith(widest(ours)));
  const implementations = [1, 2].flatMap((threads) => [
    ...[...ours, ...[...otherCells.keys()].flatMap((cell) => gated.map((each) => ({ ...each, cell })))].map((each) => ({
      ...{ implementation: 'fastgrnn', cell: 'FastGRNN', unfit: {}, threads, ...each, ...otherCells.get(each.cell) },
      start: () =>
        new Child(process.execPath, [
          here('ours/process.mjs'),
          JSON.stringify({ kernels: each.kernels, threads, shards }),
        ]),
    })),
    ...peers
      .filter((peer) => threads <= peer.mostThreads)
      .map(({ implementation, command, environment, cell = 'FastGRNN', unfit = {}, shapes }) => ({
        ...{ implementation, variant: '', threads, cell, unfit, shapes },
        start: () => new Child(...command(threads), environment?.(threads)),
      })),
  ]);
  return { implementations, skipped };
}

async function ourVariants(skipped) {
  const { variants, fused, reason } = await nativeVariants();
  const all = ['sse2', 'avx2', 'avx512', 'neon'];
  for (const variant of all.filter((name) => !variants.includes(name))) {
    skipped[`fastgrnn ${variant}`] = reason ?? 'this processor has no such instructions';
  }
  const width = { sse2: 'simd128', neon: 'simd128', avx2: 'avx2', avx512: 'avx512' };
  const native = all
    .filter((variant) => variants.includes(variant))
    .flatMap((variant) => {
      const backend = `native-${variant}`;
      const exact = { variant, kernels: { backend }, peak: [width[variant], 'mulAdd'] };
      const fusing = { variant: `${variant}-fma`, kernels: { backend, fma: true }, peak: [width[variant], 'fma'] };
      return fused.includes(variant) ? [exact, fusing] : [exact];
    });
  return [{ variant: 'wasm', kernels: { backend: 'wasm' }, peak: ['simd128', 'mulAdd'] }, ...native];
}

async function findPeers(skipped) {
  const peers = [];
  if (await exists(here('peers/node_modules'))) {
    peers.push({
      implementation: 'tfjs-wasm',
      mostThreads: 1,
      command: () => [process.execPath, [here('peers/tfjs.mjs')]],
      // WASM can't flush the subnormal gradients of hundreds of steps back.
      unfit: { S3: 'half a minute and more an iteration' },
    });
    skipped['tfjs-wasm, 2 threads'] = 'its WASM backend has threads in browsers alone';
  } else skipped['tfjs-wasm'] = 'not installed: npm run bench:peers -- tfjs';

  if (await exists(python)) {
    const environment = (threads) => ({
      OMP_NUM_THREADS: String(threads),
      TORCHINDUCTOR_CACHE_DIR: here('peers/cache'), // compiles once a machine
    });
    const torch = (mode) => (threads) => [python, [here('peers/torch_peer.py'), mode, String(threads)]];
    const unrolled = 'torch.compile unrolls the loop over the steps: so many take it most of an hour';
    peers.push(
      { implementation: 'pytorch-eager', mostThreads: 2, command: torch('eager'), environment },
      {
        ...{ implementation: 'pytorch-compile', mostThreads: 2, command: torch('compile'), environment },
        unfit: { S3: unrolled, S4: unrolled },
      },
      ...[...otherCells.keys()].map((cell) => {
        const mode = cell.toLowerCase();
        const shared = { mostThreads: 2, command: torch(mode), environment, shapes: shapesOfOthers };
        return { implementation: `pytorch-${mode}`, cell, ...shared };
      }),
      {
        ...{ implementation: 'jax-scan', mostThreads: 2, environment },
        command: (threads) => [python, [here('peers/jax_peer.py'), String(threads)]],
      },
    );
  } else {
    const remedy = "not installed: npm run bench:peers (6 GB, of which PyPI's torch is nearly all)";
    const names = ['pytorch-eager', 'pytorch-compile', 'pytorch-lstm', 'pytorch-gru', 'jax-scan'];
    for (const name of names) skipped[name] = remedy;
  }
  return peers;
}
