import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, NetworkEngine, tensorsOf, type Architecture } from './index.js';
import { referenceForward } from './reference.js';
import { centralDifferences, worstDeviation } from '../testing/gradients.js';

/** Rows of these lengths in one call of the longest one's steps. */
const lengths = [5, 2, 7, 1];
const STEPS = 7;
const ROWS = lengths.length;
const SMOOTHING = 0.1;
const rowWeights = [0.7, 1.3, 1, 2];

const base: Architecture = {
  cell: 'FastGRNN',
  inputSize: 3,
  hiddenSize: 6,
  wRank: 0,
  uRank: 0,
  gate: 'sigmoid',
  update: 'tanh',
  residual: 'free',
  head: 'softmax',
  output: 'last',
  vocabulary: 0,
  classes: 3,
};

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

interface Problem {
  readonly parameters: Float32Array;
  /** [rows][own length][inputSize], or tokens. */
  readonly inputs: readonly (readonly Float32Array[])[];
  /** Of each row's outputs: the class, or whether there is a target; -1 for none. */
  readonly labels: readonly (readonly number[])[];
  /** Of each row's outputs: [classes]. */
  readonly targets: readonly (readonly Float32Array[])[];
}

function problem(arch: Architecture, seed: number): Problem {
  const random = new Random(seed);
  const parameters = initialise(arch, random);
  for (const { role, offset, size } of tensorsOf(arch)) {
    for (let i = offset; i < offset + size; i++) {
      if (role === 'scalar') parameters[i] = random.normal();
      else parameters[i] = (role === 'bias' || role === 'classifierBias' ? 0.3 : 0.6) * random.normal();
    }
  }
  const outputs = (length: number) => (arch.output === 'every' ? length : 1);
  return {
    parameters,
    inputs: lengths.map((length) =>
      Array.from({ length }, () =>
        arch.vocabulary > 0
          ? Float32Array.of(random.below(arch.vocabulary))
          : Float32Array.from({ length: arch.inputSize }, () => random.normal()),
      ),
    ),
    labels: lengths.map((length, r) =>
      Array.from({ length: outputs(length) }, (_, t) =>
        arch.output === 'every' && r === 0 && t === 1 ? -1 : random.below(arch.head === 'softmax' ? arch.classes : 1),
      ),
    ),
    targets: lengths.map((length) =>
      Array.from({ length: outputs(length) }, () =>
        Float32Array.from({ length: arch.classes }, () =>
          arch.head === 'sigmoid' ? random.below(2) : random.normal(),
        ),
      ),
    ),
  };
}

/** The loss of one output in float64, straight from its definition. */
function outputLoss(arch: Architecture, logits: Float64Array, label: number, targets: Float32Array): number {
  const L = arch.classes;
  if (label < 0) return 0;
  if (arch.head === 'regression') return logits.reduce((sum, y, l) => sum + (y - targets[l]) ** 2, 0) / (2 * L);
  if (arch.head === 'sigmoid') {
    return logits.reduce((sum, y, l) => {
      const target = (1 - SMOOTHING) * targets[l] + SMOOTHING / 2;
      const p = 1 / (1 + Math.exp(-y));
      return sum - target * Math.log(p) - (1 - target) * Math.log(1 - p);
    }, 0);
  }
  const total = logits.reduce((sum, y) => sum + Math.exp(y), 0);
  return logits.reduce((sum, y, c) => {
    const target = (c === label ? 1 - SMOOTHING : 0) + SMOOTHING / L;
    return sum - target * Math.log(Math.exp(y) / total);
  }, 0);
}

function referenceLoss(arch: Architecture, parameters: Float64Array, p: Problem): number {
  let sum = 0;
  p.inputs.forEach((sequence, r) => {
    const { logits } = referenceForward(arch, parameters, sequence);
    const own = p.labels[r].map((label, t) =>
      outputLoss(arch, logits.subarray(t * arch.classes, (t + 1) * arch.classes), label, p.targets[r][t]),
    );
    const labelled = p.labels[r].filter((label) => label >= 0).length;
    sum += (rowWeights[r] * own.reduce((a, b) => a + b, 0)) / labelled;
  });
  return sum / ROWS;
}

/** An engine that holds the problem; `padding` stands in inputs, tokens, labels and targets after the rows' ends. */
function engineFor(arch: Architecture, p: Problem, padding: (at: number) => number): NetworkEngine {
  const engine = new NetworkEngine(kernels, arch, { rows: ROWS, steps: STEPS, training: true });
  engine.parameters.set(p.parameters);
  engine.lengths.set(lengths);
  engine.input.forEach((_, i) => (engine.input[i] = padding(i)));
  engine.tokens.forEach((_, i) => (engine.tokens[i] = padding(i)));
  const every = arch.output === 'every';
  if (every) {
    engine.labels.forEach((_, i) => (engine.labels[i] = padding(i)));
    engine.targets.forEach((_, i) => (engine.targets[i] = padding(i)));
  }
  p.inputs.forEach((sequence, r) => {
    sequence.forEach((x, t) => {
      if (arch.vocabulary > 0) engine.tokens[t * ROWS + r] = x[0];
      else engine.input.set(x, (t * ROWS + r) * engine.inputStride);
    });
    p.labels[r].forEach((label, t) => {
      const at = every ? t * ROWS + r : r;
      engine.labels[at] = label;
      if (arch.head !== 'softmax') engine.targets.set(p.targets[r][t], at * engine.targetStride);
    });
  });
  return engine;
}

function gradientOf(engine: NetworkEngine): { loss: number; gradient: Float32Array } {
  const loss = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS, labelSmoothing: SMOOTHING, rowWeights });
  return { loss: loss / ROWS, gradient: engine.gradient.slice() };
}

/** See gradient.test.ts for where it comes from. */
const TOLERANCE = 3e-5;

const heads = ['softmax', 'sigmoid', 'regression'] as const;
const outputs = ['last', 'every', 'mean'] as const;
const combinations = heads.flatMap((head) =>
  outputs.flatMap((output) =>
    (['FastGRNN', 'FastRNN'] as const).flatMap((cell) =>
      ([0, 5] as const).map((vocabulary) => ({ head, output, cell, vocabulary })),
    ),
  ),
);

describe('heads over sequences of different lengths', () => {
  test.each(combinations)('$cell, $head head of $output output, vocabulary $vocabulary: gradients', (combination) => {
    const ranks = combination.cell === 'FastRNN' ? [[2, 3]] : [[0, 0], [2, 3]]; // prettier-ignore
    for (const [wRank, uRank] of ranks) {
      const arch: Architecture = { ...base, ...combination, wRank, uRank, hiddenSize: 18, classes: 4 };
      const p = problem(arch, 3 + wRank);
      const expected = centralDifferences((parameters) => referenceLoss(arch, parameters, p), p.parameters);
      const { loss, gradient } = gradientOf(engineFor(arch, p, () => 0));
      expect(loss).toBeCloseTo(referenceLoss(arch, Float64Array.from(p.parameters), p), 5);
      expect(worstDeviation(arch, gradient, expected)).toBeLessThan(TOLERANCE);
      // A tensor that is off by a thousandth, or a row that is taken to be longer, is found.
      for (const { offset, size } of tensorsOf(arch)) {
        const wrong = gradient.slice();
        for (let i = offset; i < offset + size; i++) wrong[i] *= 1.001;
        expect(worstDeviation(arch, wrong, expected)).toBeGreaterThan(10 * TOLERANCE);
      }
      const longer = engineFor(arch, p, () => 0);
      longer.lengths[1]++;
      if (arch.output !== 'every') {
        expect(worstDeviation(arch, gradientOf(longer).gradient, expected)).toBeGreaterThan(10 * TOLERANCE);
      }
    }
  });

  test.each(combinations)('$cell, $head, $output, vocabulary $vocabulary: what follows an end changes no bit', (c) => {
    const arch: Architecture = { ...base, ...c, wRank: 2, hiddenSize: 17, classes: 4, update: 'relu' };
    const p = problem(arch, 8);
    const zero = gradientOf(engineFor(arch, p, () => 0));
    const evaluated = engineFor(arch, p, () => 0).evaluate(ROWS, STEPS);
    const random = new Random(1);
    const paddings = [1, 1e6, 1e38].map((size) => () => size * random.normal());
    for (const padding of [...paddings, () => 3.4e38, () => -3.4e38, () => Infinity, () => NaN]) {
      const engine = engineFor(arch, p, padding);
      expect(gradientOf(engine)).toEqual(zero);
      expect(engine.evaluate(ROWS, STEPS)).toEqual(evaluated);
    }
    // What precedes an end is no padding.
    const changed = engineFor(arch, p, () => 0);
    if (c.vocabulary > 0) changed.tokens[ROWS * (lengths[0] - 1)] ^= 1;
    else changed.input[ROWS * (lengths[0] - 1) * changed.inputStride] += 0.01;
    expect(gradientOf(changed)).not.toEqual(zero);
  });

  test.each(combinations)('$cell, $head, $output, vocabulary $vocabulary: rows alone give the same logits', (c) => {
    const arch: Architecture = { ...base, ...c, uRank: 3 };
    const p = problem(arch, 9);
    const engine = engineFor(arch, p, () => 7);
    engine.evaluate(ROWS, STEPS);
    p.inputs.forEach((sequence, r) => {
      const { logits } = referenceForward(arch, p.parameters, sequence);
      logits.forEach((logit, i) => {
        const [t, l] = [Math.floor(i / arch.classes), i % arch.classes];
        const at = arch.output === 'every' ? t * ROWS + r : r;
        expect(Math.abs(engine.logits[at * engine.logitStride + l] - logit)).toBeLessThan(1e-5);
      });
    });
  });

  test('rows of equal length give the same bits, told or not', () => {
    for (const output of outputs) {
      const arch: Architecture = { ...base, output };
      const p = problem(arch, 4);
      const engine = engineFor(arch, p, () => 0.5);
      engine.lengths.fill(STEPS);
      if (output === 'every') engine.labels.fill(1);
      const told = gradientOf(engine);
      engine.lengths.fill(1000);
      expect(gradientOf(engine)).toEqual(told);
    }
  });

  test('labels are left as they are: a longer row in the same place has all of its own', () => {
    const arch: Architecture = { ...base, output: 'every', head: 'regression' };
    const p = problem(arch, 5);
    const fresh = engineFor(arch, p, () => 0);
    const used = engineFor(arch, p, () => 0);
    used.lengths.fill(1);
    used.evaluate(ROWS, STEPS);
    p.inputs.forEach((sequence, r) => sequence.forEach((x, t) => used.input.set(x, (t * ROWS + r) * used.inputStride)));
    used.lengths.set(lengths);
    expect(gradientOf(used)).toEqual(gradientOf(fresh));
  });

  test('what exceeds the limits is refused by its own name', () => {
    for (const output of outputs) {
      const engine = engineFor({ ...base, output }, problem({ ...base, output }, 1), () => 0);
      expect(() => engine.evaluate(ROWS + 1, STEPS)).toThrow(`rows is ${ROWS + 1}: must be an integer from 1`);
      expect(() => engine.evaluate(ROWS, STEPS + 1)).toThrow(`steps is ${STEPS + 1}: must be an integer from 1`);
    }
  });

  test.each(['head', 'output', 'cell'] as const)('an unknown %s is refused', (field) => {
    const unknown = { ...base, [field]: 'none' } as unknown as Architecture;
    expect(() => tensorsOf(unknown)).toThrow(`${field} is none: must be one of `);
  });

  test('a length below 1 is refused', () => {
    const engine = engineFor(base, problem(base, 1), () => 0);
    engine.lengths[2] = 0;
    expect(() => engine.evaluate(ROWS, STEPS)).toThrow('length 0 of row 2: must be 1 or more');
  });

  test('an output at every step weighs long and short rows alike', () => {
    const arch: Architecture = { ...base, output: 'every' };
    const p = problem(arch, 6);
    const engine = engineFor(arch, p, () => 0);
    engine.evaluate(ROWS, STEPS);
    const sums = lengths.map((length, r) =>
      Array.from({ length }, (_, t) => engine.losses[t * ROWS + r]).reduce((a, b) => a + b),
    );
    p.inputs.forEach((sequence, r) => {
      const { logits } = referenceForward(arch, p.parameters, sequence);
      const known = p.labels[r].map((label, t) => ({ label, t })).filter(({ label }) => label >= 0);
      const losses = known.map(({ label, t }) => {
        const own = logits.subarray(t * 3, t * 3 + 3);
        return Math.log(own.reduce((sum, y) => sum + Math.exp(y), 0)) - own[label];
      });
      expect(sums[r]).toBeCloseTo(losses.reduce((a, b) => a + b) / losses.length, 5);
    });
  });
});
