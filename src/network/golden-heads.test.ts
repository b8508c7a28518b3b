import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from '../kernels/index.js';
import { flattened, goldenFiles, readGolden, type Tensors } from '../testing/golden.js';
import { NetworkEngine, Optimiser, tensorsOf, type Architecture } from './index.js';
import { referenceForward } from './reference.js';

/** What tools/golden/heads.py writes: PyTorch's results in float64. Parameters and inputs are exact in float32. */
interface Golden {
  readonly formatVersion: number;
  readonly source: { readonly dtype: string };
  readonly architecture: Architecture;
  readonly batch: {
    readonly batchRows: number;
    readonly labelSmoothing: number;
    readonly rowWeights: number[];
    /** [rows] */
    readonly lengths: number[];
    /** [rows][own steps][inputSize], or tokens [rows][own steps]. */
    readonly inputs: number[][][] | number[][];
    /** [rows][own outputs]: the class, or 0 for a target; -1 for none. */
    readonly labels: number[][];
    /** [rows][own outputs][classes] */
    readonly targets?: number[][][];
  };
  readonly parameters: Tensors;
  /** [rows][own outputs][classes] */
  readonly logits: number[][][];
  /** [rows] */
  readonly losses: number[];
  readonly gradients: Tensors;
  readonly adam: { readonly rate: number; readonly weightDecay: number; readonly steps: number; parameters: Tensors };
}

const folder = new URL('./golden/heads/', import.meta.url);
const files = goldenFiles(folder);
const read = (file: string) => readGolden<Golden>(folder, file);

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const magnitude = (values: readonly number[]) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** The largest distance between two vectors. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return magnitude(Array.from(expected, (x, i) => actual[i] - x));
}

/** An engine that holds a file's batch and parameters, and noise after every sequence's end. */
function engineFor(golden: Golden): NetworkEngine {
  const { architecture, batch, parameters } = golden;
  const { lengths, inputs, labels, targets } = batch;
  const [rows, steps] = [lengths.length, Math.max(...lengths)];
  const engine = new NetworkEngine(kernels, architecture, { rows, steps, training: true });
  engine.parameters.set(flattened(golden.architecture, parameters));
  engine.input.forEach((_, i) => (engine.input[i] = (i % 13) - 6));
  engine.tokens.forEach((_, i) => (engine.tokens[i] = i % 5));
  engine.lengths.set(lengths);
  inputs.forEach((sequence, r) =>
    sequence.forEach((x, t) => {
      if (typeof x === 'number') engine.tokens[t * rows + r] = x;
      else engine.input.set(x, (t * rows + r) * engine.inputStride);
    }),
  );
  labels.forEach((own, r) =>
    own.forEach((label, t) => {
      engine.labels[t * rows + r] = label;
      if (targets) engine.targets.set(targets[r][t], (t * rows + r) * engine.targetStride);
    }),
  );
  return engine;
}

function run(engine: NetworkEngine, { batch }: Golden): void {
  const { batchRows, labelSmoothing, rowWeights, lengths } = batch;
  engine.lossAndGradient(lengths.length, Math.max(...lengths), { batchRows, labelSmoothing, rowWeights });
}

/** As many steps of Adam as the file made, with weight decay where src/training/loop.ts has it. */
function adam(golden: Golden): Float32Array {
  const { rate, weightDecay, steps } = golden.adam;
  const engine = engineFor(golden);
  const optimiser = new Optimiser(kernels, engine.parameters.length);
  optimiser.parameters.set(engine.parameters);
  optimiser.decay.fill(0);
  for (const { role, offset, size } of tensorsOf(golden.architecture)) {
    if (role === 'matrix' || role === 'classifier') optimiser.decay.fill(1, offset, offset + size);
  }
  for (let step = 0; step < steps; step++) {
    run(engine, golden);
    optimiser.gradient.set(engine.gradient);
    optimiser.adam({ rate, weightDecay });
    engine.parameters.set(optimiser.parameters);
  }
  return optimiser.parameters;
}

/** What the float32 engine makes of a file. */
function engineResults(golden: Golden) {
  const { architecture, logits } = golden;
  const engine = engineFor(golden);
  run(engine, golden);
  const rows = logits.length;
  const places = logits.flatMap((own, r) => own.map((_, t) => t * rows + r));
  return {
    logits: places.flatMap((at) => [...engine.logits.subarray(at * engine.logitStride).slice(0, architecture.classes)]),
    losses: logits.map((own, r) => own.reduce((sum, _, t) => sum + engine.losses[t * rows + r], 0)),
    gradients: engine.gradient,
    adam: adam(golden),
  };
}

/** Logits and losses of the float64 reference. */
function referenceResults(golden: Golden) {
  const { architecture, batch, parameters } = golden;
  const { head, classes } = architecture;
  const { labelSmoothing: smoothing, rowWeights, labels, targets } = batch;
  const flat = flattened(golden.architecture, parameters);
  const logits = batch.inputs.map((sequence) => {
    const steps = sequence.map((x) => (typeof x === 'number' ? [x] : x));
    return [...referenceForward(architecture, flat, steps).logits];
  });
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  const loss = (y: number[], r: number, t: number) => {
    const target = (l: number) => targets?.[r][t][l] ?? Number(l === labels[r][t]);
    const total = Math.log(y.reduce((sum, x) => sum + Math.exp(x), 0));
    const terms = y.map((x, l) => {
      if (head === 'regression') return (x - target(l)) ** 2 / (2 * classes);
      const smooth = (1 - smoothing) * target(l) + smoothing / (head === 'sigmoid' ? 2 : classes);
      return head === 'sigmoid' ? smooth * softplus(-x) + (1 - smooth) * softplus(x) : smooth * (total - x);
    });
    return terms.reduce((a, b) => a + b);
  };
  const losses = labels.map((own, r) => {
    const known = own.flatMap((label, t) => (label < 0 ? [] : [t]));
    const sum = known.reduce((s, t) => s + loss(logits[r].slice(t * classes, (t + 1) * classes), r, t), 0);
    return (rowWeights[r] * sum) / Math.max(1, known.length);
  });
  return { logits: logits.flat(), losses };
}

/**
 * Distances from the file's results, relative to what each tolerance speaks of, which are those of golden.test.ts: logits and
 * losses to the largest of them; a tensor's gradient to its own largest, a tensor after the steps to the farthest that one of
 * its elements has moved; where that is less than a hundredth of all tensors', to that hundredth.
 */
function deviations(found: ReturnType<typeof engineResults>, golden: Golden): Record<Quantity, number> {
  const { logits, losses, gradients, parameters } = golden;
  const worst = (actual: Float32Array, expected: Tensors, zero: (name: string, i: number) => number) => {
    flattened(golden.architecture, expected);
    const moved = (name: string) => magnitude(expected[name].map((x, i) => x - zero(name, i)));
    const farthest = magnitude(Object.keys(expected).map(moved));
    return magnitude(
      tensorsOf(golden.architecture).map(({ name, offset, size }) => {
        const unit = Math.max(moved(name), farthest / 100);
        return distance(actual.subarray(offset, offset + size), expected[name]) / unit;
      }),
    );
  };
  return {
    logits: distance(found.logits, logits.flat(2)) / magnitude(logits.flat(2)),
    losses: distance(found.losses, losses) / magnitude(losses),
    gradients: worst(found.gradients, gradients, () => 0),
    adam: worst(found.adam, golden.adam.parameters, (name, i) => parameters[name][i]),
  };
}

const tolerances = { logits: 1e-6, losses: 1e-6, gradients: 5e-6, adam: 2e-4 };
type Quantity = keyof typeof tolerances;
const quantities = Object.keys(tolerances) as Quantity[];

/** Float64 on both sides. */
const REFERENCE_TOLERANCE = 1e-12;

describe.each(files)('PyTorch agrees: %s', (file) => {
  test('with the float64 reference', () => {
    const golden = read(file);
    const found = referenceResults(golden);
    expect(distance(found.logits, golden.logits.flat(2)) / magnitude(golden.logits.flat(2))).toBeLessThan(
      REFERENCE_TOLERANCE,
    );
    expect(distance(found.losses, golden.losses) / magnitude(golden.losses)).toBeLessThan(REFERENCE_TOLERANCE);
  });

  test('with the engine: logits, losses, gradients, ten steps of Adam', () => {
    const golden = read(file);
    const found = deviations(engineResults(golden), golden);
    for (const quantity of quantities) expect(found[quantity], quantity).toBeLessThan(tolerances[quantity]);
  });
});

describe.each(files)('a comparison that must fail, fails: %s', (file) => {
  test('one number off by 0.1 %, in any tensor', () => {
    const results = engineResults(read(file));
    const check = (quantity: Quantity, of: (golden: Golden) => number[]) => {
      const golden = read(file);
      const values = of(golden);
      const i = values.findIndex((x) => Math.abs(x) === magnitude(values));
      values[i] *= 1.001;
      expect(deviations(results, golden)[quantity], quantity).toBeGreaterThan(tolerances[quantity]);
    };
    check('logits', ({ logits }) => logits[0][0]);
    check('losses', ({ losses }) => losses);
    for (const name of Object.keys(read(file).parameters)) {
      check('gradients', ({ gradients }) => gradients[name]);
      check('adam', (golden) => golden.adam.parameters[name]);
    }
  });

  test('a sequence that ends a step later, another target, another output or nonlinearity', () => {
    const other = (change: (golden: Golden) => unknown) => {
      const golden = read(file);
      const changed = { ...golden, ...(change(structuredClone(golden)) as Partial<Golden>) };
      const found = deviations(engineResults(changed), golden);
      expect(found.gradients).toBeGreaterThan(tolerances.gradients);
      expect(found.losses).toBeGreaterThan(tolerances.losses);
    };
    const ragged = new Set(read(file).batch.lengths).size > 1;
    if (ragged && read(file).architecture.output !== 'every') {
      other(({ batch }) => {
        const shortest = batch.lengths.indexOf(Math.min(...batch.lengths));
        batch.lengths[shortest]++;
        return { batch };
      });
    }
    other(({ batch, architecture }) => {
      const last = batch.labels.length - 1;
      if (batch.targets) batch.targets[last][0][0] += 0.01;
      else batch.labels[last][0] = (batch.labels[last][0] + 1) % architecture.classes;
      return { batch };
    });
    other(({ architecture }) => {
      if (architecture.output === 'every') return { architecture: { ...architecture, update: 'relu' } };
      return { architecture: { ...architecture, output: architecture.output === 'last' ? 'mean' : 'last' } };
    });
  });
});

test('the files cover all heads, outputs and cells, with and without ranks, embeddings, equal lengths, labels', () => {
  const goldens = files.map(read);
  const having = (of: (golden: Golden) => string | boolean) => [...new Set(goldens.map(of))].sort();
  expect(having(({ architecture: { head, output } }) => `${head} ${output}`)).toHaveLength(9);
  expect(having(({ architecture: { cell, output } }) => `${cell} ${output}`)).toHaveLength(6);
  expect(having(({ architecture: { output, vocabulary } }) => `${output} ${vocabulary > 0}`)).toHaveLength(6);
  expect(having(({ architecture }) => architecture.wRank > 0 && architecture.uRank > 0)).toEqual([false, true]);
  expect(having(({ batch }) => new Set(batch.lengths).size > 1)).toEqual([false, true]);
  expect(having(({ batch }) => batch.labels.flat().includes(-1))).toEqual([false, true]);
  expect(having(({ batch }) => batch.labelSmoothing > 0)).toEqual([false, true]);
  expect(having(({ source }) => source.dtype)).toEqual(['float64']);
});
