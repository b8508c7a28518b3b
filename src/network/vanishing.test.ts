import { describe, expect, test } from 'vitest';
import type { Arena, Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { everyBackend } from '../testing/backends.js';
import { initialise, NetworkEngine, plainHead, tensorsOf, type Architecture } from './index.js';

const [ROWS, STEPS] = [2, 784];

const base: Architecture = {
  cell: 'FastGRNN',
  inputSize: 3,
  hiddenSize: 8,
  wRank: 0,
  uRank: 0,
  gate: 'sigmoid',
  update: 'tanh',
  residual: 'free',
  ...plainHead,
  classes: 3,
};

/** An engine, and the whole of its arena. */
function engineOf(kernels: Kernels, arch: Architecture): { engine: NetworkEngine; words: Int32Array } {
  const arenas: Arena[] = [];
  const watched: Kernels = {
    ...kernels,
    arena: (bytes) => {
      arenas.push(kernels.arena(bytes));
      return arenas[arenas.length - 1];
    },
  };
  const engine = new NetworkEngine(watched, arch, { rows: ROWS, steps: STEPS, training: true });
  return { engine, words: arenas[0].i32(0, Math.floor(arenas[0].bytes / 4)) };
}

/** Where words are that, as floats, are subnormal: integers are among them, but for the numbers of classes. */
function subnormal(words: Int32Array): Set<number> {
  const found = new Set<number>();
  words.forEach((word, i) => {
    const size = word & 0x7fffffff;
    if (size >= base.classes && size < 0x00800000) found.add(i);
  });
  return found;
}

/** How many words, as floats, lie between these powers of two. */
const between = (words: Int32Array, low: number, high: number) =>
  words.reduce((count, word) => {
    const exponent = ((word >>> 23) & 0xff) - 127;
    return exponent >= low && exponent < high ? count + 1 : count;
  }, 0);

describe.each(await everyBackend())('$name: gradients that vanish over 784 steps', ({ kernels }) => {
  const cells = {
    FastGRNN: base,
    'FastGRNN in low rank': { ...base, wRank: 2, uRank: 3 },
    'FastGRNN, piecewise': { ...base, gate: 'hardSigmoid4', update: 'hardTanh' },
    FastRNN: { ...base, cell: 'FastRNN', alpha: 0.1, beta: 0.5 },
    UGRNN: { ...base, cell: 'UGRNN' },
    GRU: { ...base, cell: 'GRU' },
    LSTM: { ...base, cell: 'LSTM' },
  } satisfies Record<string, Architecture>;

  test.each(Object.entries<Architecture>(cells))('leave no subnormal number: %s', (_, arch) => {
    const random = new Random(1);
    const { engine, words } = engineOf(kernels, arch);
    const run = (memory: 'long' | 'short') => {
      engine.parameters.set(initialise(arch, random));
      for (const { name, role, offset, size } of tensorsOf(arch)) {
        const open = ['biasGate', 'biasForget', 'beta'].includes(name);
        if (open) engine.parameters.fill(memory === 'long' ? 20 : -1, offset, offset + size);
        else if (role === 'scalar') engine.parameters.fill(-1, offset, offset + size);
        // No class is so improbable that its gradient is tiny from the start.
        else if (role === 'classifier') for (let i = 0; i < size; i++) engine.parameters[offset + i] *= 0.01;
      }
      engine.input.forEach((__, i) => (engine.input[i] = random.normal()));
      engine.labels.set([0, 2]);
      return engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
    };
    // With gates that keep the state nothing vanishes: what looks subnormal after both of the first is an integer.
    expect(run('long')).toBeGreaterThan(0);
    const integers = subnormal(words);
    expect(run('long')).toBeGreaterThan(0);
    expect(subnormal(words)).toEqual(integers);
    expect(run('short')).toBeGreaterThan(0);
    expect([...subnormal(words)].filter((i) => !integers.has(i))).toEqual([]);
    // They do get that small: values stand right above the bound of rule 7 (kernels/vector.h), and none below.
    expect(between(words, -100, -80)).toBeGreaterThan(0);
    engine.gradient[0] = 2 ** -130;
    expect([...subnormal(words)].filter((i) => !integers.has(i))).toHaveLength(1);
  });
});
