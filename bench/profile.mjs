// Where the time of a training iteration goes: a breakdown by kernel and shape, on any backend.
//   npm run bench -- --profile [--shapes S1,S4] [--only avx512,avx512-fma]
// The iteration's program is run operation by operation, in its order, each as a program of its own whose time is taken: so every
// operation meets the values and the caches that it has in a training. What such a call costs by itself is taken off.
import { OPCODES, WORDS } from '../dist/kernels/index.js';
import { Random } from '../dist/math/index.js';
import { initialise, iterationFlops, NetworkEngine, plainHead } from '../dist/network/index.js';
import { median } from './statistics.mjs';

/** The operations of a program in the order in which they run, each with its time step. */
function* operationsOf(words) {
  let at = 1;
  for (let section = 0; section < words[0]; section++) {
    const [count, first, steps, increment] = words.subarray(at, at + 4);
    const operation = (i) => words.subarray(at + 4 + i * WORDS, at + 4 + (i + 1) * WORDS);
    for (let s = 0; s < steps; s++) {
      const step = first + s * increment;
      for (let i = 0; i < count; i++) {
        if (OPCODES[operation(i)[0]] !== 'repeat') {
          yield { words: operation(i), step };
          continue;
        }
        const [, repeated, from, times, by] = operation(i);
        for (let r = 0; r < times; r++)
          for (let j = 1; j <= repeated; j++) yield { words: operation(i + j), step: step + from + r * by };
        i += repeated;
      }
    }
    at += 4 + count * WORDS;
  }
}

/** What an operation is called in the table, and its useful floating-point operations. */
function describe([opcode, ...n]) {
  const name = OPCODES[opcode];
  if (name === 'gemm') return { name: `gemm ${n[0]}x${n[1]}, inner ${n[2]}`, flops: 2 * n[0] * n[1] * n[2] };
  if (name === 'gemmTransposed') {
    return { name: `gemmTransposed ${n[1]}x${n[2]}, inner ${n[0]}`, flops: 2 * n[0] * n[1] * n[2] };
  }
  return { name, flops: 0 };
}

/** `whole`, milliseconds and useful GFLOP/s of an iteration, and `parts`, the same for each kernel and shape, the slowest first. */
export function profile(kernels, shape, rounds = 31) {
  const arch = { cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead, ...shape };
  const { rows, steps } = shape;
  const random = new Random(1);
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true });
  engine.parameters.set(initialise(arch, random));
  for (let i = 0; i < engine.input.length; i++) engine.input[i] = random.normal();
  for (let r = 0; r < rows; r++) engine.labels[r] = random.below(arch.classes);
  engine.lossAndGradient(rows, steps, { batchRows: rows });

  const { arena, passes } = engine;
  const whole = passes.loaded;
  const single = (words, step) => Int32Array.of(1, 1, step, 1, 1, ...words);
  const timed = (words) => {
    passes.words.set(words);
    const start = performance.now();
    arena.run(passes.offset);
    return performance.now() - start;
  };
  const operations = [...operationsOf(whole)].map(({ words, step }) => {
    return { ...describe(words), words: single(words, step), times: [] };
  });
  const nothing = Int32Array.of(0);
  const wholes = [];
  const costs = [];
  for (let round = 0; round < rounds; round++) {
    for (const { words, times } of operations) times.push(timed(words));
    wholes.push(timed(whole));
    for (let i = 0; i < 100; i++) costs.push(timed(nothing));
  }
  const cost = median(costs);
  const parts = new Map();
  for (const { name, flops, times } of operations) {
    const part = parts.get(name) ?? { name, calls: 0, ms: 0, flops: 0 };
    const ms = Math.max(0, median(times) - cost);
    parts.set(name, { name, calls: part.calls + 1, ms: part.ms + ms, flops: part.flops + flops });
  }
  const ms = median(wholes);
  return {
    whole: { ms, gflops: iterationFlops(arch, rows, steps) / ms / 1e6 },
    parts: [...parts.values()]
      .map((part) => ({ ...part, gflops: part.flops / part.ms / 1e6 }))
      .toSorted((a, b) => b.ms - a.ms),
  };
}

/** The breakdown as lines of text; what takes less than a two-hundredth is left out. */
export function profileLines({ whole, parts }) {
  const sum = parts.reduce((total, part) => total + part.ms, 0);
  return [
    `${whole.ms.toFixed(3)} ms, ${whole.gflops.toFixed(1)} GFLOP/s; its operations one by one ${sum.toFixed(3)} ms, of which`,
    ...parts
      .filter(({ ms }) => ms >= sum / 200)
      .map(({ name, calls, ms, gflops }) => {
        const share = `${((100 * ms) / sum).toFixed(1)} %`.padStart(7);
        const speed = gflops > 0 ? `  ${gflops.toFixed(1)} GFLOP/s` : '';
        return `${share} ${ms.toFixed(3).padStart(9)} ms  ${name.padEnd(34)} ${String(calls).padStart(5)} calls${speed}`;
      }),
  ];
}
