import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, NONLINEARITIES, type Kernels } from '../kernels/index.js';
import { distance, flattened, goldenFiles, readGolden, type Tensors } from '../testing/golden.js';
import { CELLS, NetworkEngine, Optimiser, tensorsOf, type Architecture } from './index.js';
import { referenceForward } from './reference.js';

interface Optimised {
  readonly rate: number;
  readonly weightDecay: number;
  readonly momentum?: number;
  readonly steps: number;
  /** The mean loss before each step. */
  readonly losses: number[];
  readonly parameters: Tensors;
}

/** What tools/golden/pytorch.py writes: PyTorch's results in float64. Parameters and inputs are exact in float32. */
interface Golden {
  readonly formatVersion: number;
  readonly source: { readonly torch: string; readonly dtype: string; readonly seed: number };
  readonly architecture: Architecture;
  readonly batch: {
    readonly batchRows: number;
    readonly labelSmoothing: number;
    readonly labels: number[];
    readonly rowWeights: number[];
    /** [rows][steps][inputSize] */
    readonly inputs: number[][][];
  };
  readonly parameters: Tensors;
  /** [rows][classes] */
  readonly logits: number[][];
  readonly losses: number[];
  readonly gradients: Tensors;
  readonly optimisers: Record<'adam' | 'momentum' | 'sgd', Optimised>;
}

const folder = new URL('./golden/', import.meta.url);
const files = goldenFiles(folder);
const read = (file: string) => readGolden<Golden>(folder, file);

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

/** The largest distance in any tensor, in units that each tensor states. */
function worstTensor(
  golden: Golden,
  actual: ArrayLike<number>,
  expected: Tensors,
  unitOf: (values: number[], name: string) => number,
): number {
  const flat = flattened(golden.architecture, expected);
  return tensorsOf(golden.architecture).reduce((most, { name, offset, size }) => {
    const part = Array.from(actual).slice(offset, offset + size);
    return Math.max(most, distance(part, flat.subarray(offset, offset + size)) / unitOf(expected[name], name));
  }, 0);
}

const magnitude = (values: readonly number[]) => Math.max(...values.map((x) => Math.abs(x)));

/** An engine that holds a file's batch and parameters. */
function engineFor(golden: Golden): NetworkEngine {
  const { architecture, batch, parameters } = golden;
  const rows = batch.inputs.length;
  const engine = new NetworkEngine(kernels, architecture, { rows, steps: batch.inputs[0].length, training: true });
  engine.parameters.set(flattened(golden.architecture, parameters));
  engine.labels.set(batch.labels);
  batch.inputs.forEach((sequence, r) =>
    sequence.forEach((x, t) => engine.input.set(x, (t * rows + r) * engine.inputStride)),
  );
  return engine;
}

/** Runs the batch; returns its mean loss. */
function run(engine: NetworkEngine, { batch }: Golden): number {
  const { batchRows, labelSmoothing, rowWeights, inputs } = batch;
  const loss = engine.lossAndGradient(inputs.length, inputs[0].length, { batchRows, labelSmoothing, rowWeights });
  return loss / batchRows;
}

/** As many steps as the file made, over one batch, with weight decay where src/training/loop.ts has it. */
function optimise(golden: Golden, kind: keyof Golden['optimisers']): { parameters: Float32Array; losses: number[] } {
  const { rate, weightDecay, momentum = 0, steps } = golden.optimisers[kind];
  const engine = engineFor(golden);
  const optimiser = new Optimiser(kernels, engine.parameters.length);
  optimiser.parameters.set(engine.parameters);
  optimiser.decay.fill(0);
  for (const { role, offset, size } of tensorsOf(golden.architecture)) {
    if (role === 'matrix' || role === 'classifier') optimiser.decay.fill(1, offset, offset + size);
  }
  const losses = Array.from({ length: steps }, () => {
    const loss = run(engine, golden);
    optimiser.gradient.fill(0);
    optimiser.addGradient(engine.gradient);
    if (kind === 'adam') optimiser.adam({ rate, weightDecay });
    else optimiser.momentum({ rate, weightDecay, momentum, nesterov: kind === 'momentum' });
    engine.parameters.set(optimiser.parameters);
    return loss;
  });
  return { parameters: optimiser.parameters, losses };
}

/** How far the float64 reference is from a file. */
function referenceDeviations(golden: Golden): { logits: number; losses: number } {
  const { architecture, batch, parameters } = golden;
  const { classes } = architecture;
  const { labels, labelSmoothing, rowWeights } = batch;
  const flat = flattened(golden.architecture, parameters);
  const logits = batch.inputs.map((sequence) => [...referenceForward(architecture, flat, sequence).logits]);
  const losses = logits.map((row, r) => {
    if (labels[r] < 0) return 0;
    const logTotal = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    const target = (c: number) => (c === labels[r] ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
    return rowWeights[r] * row.reduce((sum, x, c) => sum + target(c) * (logTotal - x), 0);
  });
  return {
    logits: distance(logits.flat(), golden.logits.flat()) / magnitude(golden.logits.flat()),
    losses: distance(losses, golden.losses) / magnitude(golden.losses),
  };
}

/** What the float32 engine makes of a file's batch, parameters and settings. */
function engineResults(golden: Golden) {
  const engine = engineFor(golden);
  run(engine, golden);
  const { classes } = golden.architecture;
  const logitsOf = (r: number) => [...engine.logits.subarray(r * engine.logitStride, r * engine.logitStride + classes)];
  return {
    logits: golden.logits.flatMap((_, r) => logitsOf(r)),
    losses: engine.losses,
    gradient: engine.gradient,
    adam: optimise(golden, 'adam'),
    momentum: optimise(golden, 'momentum'),
    sgd: optimise(golden, 'sgd'),
  };
}

/**
 * How far they are from the file's results, relative to what each tolerance speaks of: logits and losses to the largest of
 * them; a tensor's gradient to its own largest; a tensor after the steps to the farthest that one of its elements has moved.
 * Where a tensor's own is less than a hundredth of all tensors' largest, that hundredth counts: it is what large terms left
 * over when they cancelled, and has their rounding errors.
 */
function deviations(results: ReturnType<typeof engineResults>, golden: Golden): Record<Quantity, number> {
  const { logits, losses, gradients, parameters, optimisers } = golden;
  const largest = magnitude(Object.values(gradients).flat());
  const after = (kind: keyof Golden['optimisers']) => {
    const expected = optimisers[kind];
    const travelled = (values: number[], name: string) => distance(values, parameters[name]);
    const farthest = Math.max(...Object.entries(expected.parameters).map(([name, values]) => travelled(values, name)));
    const unit = (values: number[], name: string) => Math.max(travelled(values, name), farthest / 100);
    return Math.max(
      worstTensor(golden, results[kind].parameters, expected.parameters, unit),
      distance(results[kind].losses, expected.losses) / magnitude(expected.losses),
    );
  };
  return {
    logits: distance(results.logits, logits.flat()) / magnitude(logits.flat()),
    losses: distance(results.losses, losses) / magnitude(losses),
    gradients: worstTensor(golden, results.gradient, gradients, (g) => Math.max(magnitude(g), largest / 100)),
    adam: after('adam'),
    momentum: after('momentum'),
    sgd: after('sgd'),
  };
}

/** Float64 on both sides: sums of some ten terms a step, over some ten steps, in another order. */
const REFERENCE_TOLERANCE = 1e-12;

/**
 * Float32 against float64, whose unit in the last place is 1.2e-7.
 * logits, losses: what some ten steps of some ten roundings leave, about two units.
 * gradients: twice as many steps, and sums over all rows and steps, relative to a result smaller than its terms.
 * adam, momentum, sgd: ten steps, each of which rounds a parameter of about 1 to 6e-8, against an element that moved by a
 * hundredth or so: 5e-5, and PyTorch itself in float32 is as far from its float64. Adam adds 1e-5: 1 - beta2 = 0.001 is a
 * difference of float32 numbers; and where a gradient is near 0 it divides noise by noise.
 */
const tolerances = { logits: 1e-6, losses: 1e-6, gradients: 5e-6, adam: 2e-4, momentum: 2e-4, sgd: 2e-4 };

type Quantity = keyof typeof tolerances;
const quantities = Object.keys(tolerances) as Quantity[];

describe.each(files)('PyTorch agrees: %s', (file) => {
  test('with the float64 reference', () => {
    const { logits, losses } = referenceDeviations(read(file));
    expect(logits).toBeLessThan(REFERENCE_TOLERANCE);
    expect(losses).toBeLessThan(REFERENCE_TOLERANCE);
  });

  test('with the engine: logits, losses, gradients, ten steps of each optimiser', () => {
    const golden = read(file);
    const found = deviations(engineResults(golden), golden);
    for (const quantity of quantities) expect(found[quantity], quantity).toBeLessThan(tolerances[quantity]);
  });
});

/** Changes the number of largest magnitude by 0.1 %. */
function perturb(values: number[]): void {
  const i = values.findIndex((x) => Math.abs(x) === magnitude(values));
  values[i] *= 1.001;
}

describe.each(files)('a comparison that must fail, fails: %s', (file) => {
  test('one number of one tensor off by 0.1 %', () => {
    const names = Object.keys(read(file).parameters);
    const wrong: { quantity: Quantity; tensor?: string; of: (golden: Golden) => number[] }[] = [
      { quantity: 'logits', of: ({ logits }) => logits[0] },
      { quantity: 'losses', of: ({ losses }) => losses },
    ];
    for (const tensor of names) {
      wrong.push({ quantity: 'gradients', tensor, of: ({ gradients }) => gradients[tensor] });
      for (const quantity of ['adam', 'momentum', 'sgd'] as const) {
        wrong.push({ quantity, tensor, of: ({ optimisers }) => optimisers[quantity].parameters[tensor] });
      }
    }
    const results = engineResults(read(file));
    for (const { quantity, tensor = '', of } of wrong) {
      const golden = read(file);
      perturb(of(golden));
      const found = deviations(results, golden)[quantity];
      expect(found, `${quantity} ${tensor}`).toBeGreaterThan(tolerances[quantity]);
    }
    const golden = read(file);
    golden.logits[0] = golden.logits[0].map((x) => x * (1 + 1e-11));
    golden.losses[0] *= 1 + 1e-10;
    expect(Object.values(referenceDeviations(golden)).some((x) => x > REFERENCE_TOLERANCE)).toBe(true);
  });

  test('a setting that is not the one the file was made with', () => {
    const { batch, optimisers } = read(file);
    const smoothing = { ...read(file), batch: { ...batch, labelSmoothing: batch.labelSmoothing + 0.01 } };
    const decay = (['adam', 'momentum', 'sgd'] as const).map((kind) => {
      const changed = { ...optimisers[kind], weightDecay: 0 };
      return [kind, { ...read(file), optimisers: { ...optimisers, [kind]: changed } }] as const;
    });
    const momentum = { ...optimisers, momentum: { ...optimisers.momentum, momentum: 0.89 } };
    const wrong: (readonly [Quantity, Golden])[] = [
      ['losses', smoothing],
      ['gradients', smoothing],
      ...decay,
      ['momentum', { ...read(file), optimisers: momentum }],
    ];
    for (const [quantity, golden] of wrong) {
      expect(deviations(engineResults(golden), golden)[quantity], quantity).toBeGreaterThan(tolerances[quantity]);
    }
  });
});

test('the files cover all cells, all ranks of FastRNN and FastGRNN, all ways of the residual, smooth and hard nonlinearities', () => {
  const goldens = files.map(read);
  const having = (of: (golden: Golden) => string | number | boolean) => [...new Set(goldens.map(of))].sort();
  const cell = (golden: Golden) => golden.architecture.cell;
  expect(having(cell)).toEqual(CELLS.toSorted());
  const ranks = having((g) => `${cell(g)} ${g.architecture.wRank > 0} ${g.architecture.uRank > 0}`);
  expect(ranks.filter((text) => /^Fast(G?)RNN /.test(String(text)))).toHaveLength(8);
  expect(having((g) => (cell(g) === 'FastRNN' ? g.architecture.residual : 'gated'))).toHaveLength(4);
  const used = goldens.flatMap(({ architecture: { update, gate, cell: of } }) =>
    of === 'FastGRNN' ? [update, gate] : [update],
  );
  // Lines between knots are this project's own: gradient.test.ts and nonlinearity.test.ts check them.
  expect([...new Set(used)].sort()).toEqual(NONLINEARITIES.filter((kind) => !kind.endsWith('8')).sort());
  expect(having((g) => g.batch.labelSmoothing > 0)).toEqual([false, true]);
  expect(having((g) => g.batch.labels.includes(-1))).toEqual([false, true]);
  expect(having((g) => g.batch.rowWeights.every((w) => w === 1))).toEqual([false, true]);
  expect(having((g) => g.source.dtype)).toEqual(['float64']);
});
