// What this project wants of its speed, and whether a run reached it: ratios within one run, so that the machine counts little.
import { labelOf } from './rounds.mjs';
import { median } from './statistics.mjs';

const exact = ({ implementation, variant }) =>
  implementation === 'fastgrnn' && variant !== 'wasm' && !variant.endsWith('-fma');
const fused = ({ variant }) => variant.endsWith('-fma');

/**
 * @returns [{ what, measured, bar, reached, detail }] of all figures that the results allow
 */
export function figures(results) {
  const { peak } = results;
  const rows = results.rows.filter(({ implementation }) => !/-(lstm|gru)$/.test(implementation)); // no figure is wanted of these
  const one = rows.filter(({ threads }) => threads === 1);
  const fastest = (list) => list.toSorted((a, b) => a.medianMs - b.medianMs)[0];
  const best = (shape, which) => fastest(one.filter((row) => row.shape === shape && which(row)));
  const named = (...names) => {
    return ({ implementation, variant }) => names.includes(implementation) || names.includes(variant);
  };
  // A processor that splits 512-bit vectors in two has one peak for both widths.
  const full512 = (peak.avx512?.fma ?? 0) > 1.5 * (peak.avx2?.fma ?? Infinity);
  const units = full512 ? 'full 512-bit units' : '256-bit units';
  const list = [];

  const faster = (what, shape, ours, peers, bar) => {
    const [mine, other] = [best(shape, ours), best(shape, peers)];
    if (mine === undefined || other === undefined) return;
    const measured = other.medianMs / mine.medianMs;
    const detail = `${mine.medianMs.toFixed(2)} ms (${labelOf(mine)}) against ${other.medianMs.toFixed(2)} (${labelOf(other)})`;
    list.push({ what: `${what}, ${shape}`, measured, bar, reached: measured >= bar, detail });
  };
  for (const shape of ['S1', 'S2']) {
    faster('WASM against TensorFlow.js WASM', shape, named('wasm'), named('tfjs-wasm'), 25);
    faster(`native exact against PyTorch eager (${units})`, shape, exact, named('pytorch-eager'), full512 ? 7 : 4);
    faster(`native --fma against PyTorch eager (${units})`, shape, fused, named('pytorch-eager'), full512 ? 9 : 5);
    faster(
      'native exact against the best of torch.compile and JAX',
      shape,
      exact,
      named('pytorch-compile', 'jax-scan'),
      3.5,
    );
  }
  faster('native exact against PyTorch eager', 'D2', exact, named('pytorch-eager'), 14);
  faster('native exact against torch.compile', 'D2', exact, named('pytorch-compile'), 14);
  faster('native exact against JAX', 'D2', exact, named('jax-scan'), 4.5);
  for (const shape of ['S1', 'S2', 'S3', 'S4']) {
    faster('the best native variant against WASM', shape, (row) => exact(row) || fused(row), named('wasm'), 2.5);
  }

  const share = (shape, variant, width, kind, bar) => {
    const row = best(shape, named(variant));
    const most = peak[width]?.[kind];
    if (row === undefined || most === undefined) return;
    const measured = row.gflops / most;
    const other = kind === 'mulAdd' ? best(shape, named(`${variant}-fma`)) : undefined;
    const beside = other ? `; exact takes ${(row.medianMs / other.medianMs).toFixed(2)} times as long as --fma` : '';
    const detail = `${row.gflops.toFixed(1)} of ${most.toFixed(1)} GFLOP/s${beside}`;
    const what = `${variant} against its measured ${kind === 'fma' ? 'FMA' : 'multiply-and-add'} peak, ${shape}`;
    list.push({ what, measured, bar, reached: measured >= bar, detail, percent: true });
  };
  const fmaBars = (width) => (width === 'avx512' && full512 ? { S1: 0.5, S4: 0.75 } : { S1: 0.6, S4: 0.8 });
  for (const width of ['avx2', 'avx512']) {
    for (const shape of ['S1', 'S4']) share(shape, `${width}-fma`, width, 'fma', fmaBars(width)[shape]);
  }
  for (const width of ['avx2', 'avx512']) {
    share('S1', width, width, 'mulAdd', 0.68);
    share('S4', width, width, 'mulAdd', 0.8);
  }

  for (const row of one.filter(exact)) {
    const mate = rows.find(
      ({ shape, implementation, variant, threads }) =>
        threads === 2 && shape === row.shape && implementation === row.implementation && variant === row.variant,
    );
    if (mate === undefined || !row.shape.startsWith('S') || row !== best(row.shape, exact)) continue;
    const measured = row.medianMs / mate.medianMs;
    const detail = `${row.medianMs.toFixed(2)} and ${mate.medianMs.toFixed(2)} ms (${row.variant})`;
    list.push({ what: `two workers against one, ${row.shape}`, measured, bar: 1.8, reached: measured >= 1.8, detail });
  }
  if (results.training) {
    const { minutes: wall, processorMinutes, backend, workers } = results.training;
    const minutes = results.machine.clock === 'processor' ? processorMinutes : wall;
    const detail = `${backend}, ${workers} workers, validation included; the paper's GPU took 45`;
    const what = "a training of the paper's Google-12 size, minutes";
    list.push({ what, measured: minutes, bar: 6, reached: minutes <= 6, detail, most: true });
  }
  return list;
}

/** The middle of each sampled peak. */
export function peaksOf(samples) {
  return Object.fromEntries(
    Object.entries(samples).map(([width, kinds]) => [
      width,
      Object.fromEntries(Object.entries(kinds).map(([kind, values]) => [kind, median(values)])),
    ]),
  );
}
