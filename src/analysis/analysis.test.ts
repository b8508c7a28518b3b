import { describe, expect, it } from 'vitest';
import { Random, singularValues } from '../math/index.js';
import { parameterCount, plainHead, referenceForward, tensorsOf, type Architecture } from '../network/index.js';
import { FloatNetwork } from '../integer/index.js';
import { gatedTrajectory } from './gated.js';
import { conditionBound, conditions, largestCondition, largestStep } from './condition.js';
import { stateGradients } from './gradients.js';
import { AnalysisError, parametersOf } from './parameters.js';
import { theoremsOf } from './theorems.js';
import { trajectoryOf } from './trajectory.js';

const base: Architecture = {
  ...{ cell: 'FastRNN', inputSize: 3, hiddenSize: 5, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', ...plainHead, classes: 4 },
};

const networks: readonly [string, Architecture][] = [
  ['FastRNN', base],
  ['FastRNN, beta tied, sigmoid', { ...base, residual: 'tied', update: 'sigmoid' }],
  ['RNN', { ...base, residual: 'fixed', alpha: 1, beta: 0 }],
  ['FastGRNN of low rank', { ...base, cell: 'FastGRNN', wRank: 2, uRank: 3 }],
  ['FastRNN-vector', { ...base, cell: 'FastRNN-vector' }],
  ['RNN, its own cell', { ...base, cell: 'RNN' }],
  ['SpectralRNN', { ...base, residual: 'fixed', alpha: 1, beta: 0, recurrence: 'SpectralRNN', reflectors: 3 }],
  ['FastGRNN of eight lines', { ...base, cell: 'FastGRNN', gate: 'sigmoid8', update: 'tanh8' }],
  ['FastGRNN with a tanh gate', { ...base, cell: 'FastGRNN', gate: 'tanh' }],
];

const inputs = (steps: number, seed = 2) => {
  const random = new Random(seed);
  return Array.from({ length: steps }, () => Float64Array.from({ length: base.inputSize }, () => random.normal()));
};

function randomParameters(architecture: Architecture): Float64Array {
  const random = new Random(11);
  return Float64Array.from({ length: parameterCount(architecture) }, () => 0.6 * random.normal());
}

/** Cross-entropy of the float64 reference. */
function referenceLoss(
  architecture: Architecture,
  parameters: Float64Array,
  xs: readonly Float64Array[],
  label: number,
) {
  const { logits } = referenceForward(architecture, parameters, xs);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return Math.log(total) - logits[label];
}

describe.each(networks)('a trajectory of %s', (_, architecture) => {
  const values = randomParameters(architecture);
  const parameters = parametersOf(architecture, values);
  const xs = inputs(7);
  const trajectory = trajectoryOf(parameters, xs);

  it('has the reference’s states and loss', () => {
    const { states } = referenceForward(architecture, values, xs);
    trajectory.states.forEach((state, t) => {
      state.forEach((value, i) => expect(Math.abs(value - states[t][i])).toBeLessThan(1e-14));
    });
    expect(trajectory.loss(2).loss).toBeCloseTo(referenceLoss(architecture, values, xs, 2), 12);
  });

  it('gives the loss’s gradient for every state: by those of the inputs, against central differences', () => {
    const gradients = stateGradients(trajectory, 2);
    const { W } = parameters;
    const [D, H] = [base.inputSize, base.hiddenSize];
    /** dL / dx_t = W^T (dh_t / da_t ⊙ dL / dh_t), with the gradient of step t + shift. */
    const byState = (t: number, d: number, shift: number) => {
      let sum = 0;
      for (let i = 0; i < H; i++) sum += W[i * D + d] * trajectory.scales[t - 1][i] * gradients[t + shift][i];
      return sum;
    };
    let worst = 0;
    let control = 0;
    for (let t = 1; t <= 7; t++) {
      for (let d = 0; d < D; d++) {
        const at = (step: number) =>
          referenceLoss(
            architecture,
            values,
            xs.map((x, s) => (s === t - 1 ? x.map((value, e) => (e === d ? value + step : value)) : x)),
            2,
          );
        const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        worst = Math.max(worst, Math.abs(byState(t, d, 0) - difference));
        control = Math.max(control, Math.abs(byState(t, d, -1) - difference));
      }
    }
    expect(worst).toBeLessThan(1e-9);
    expect(control).toBeGreaterThan(1e-4);
  });
});

/** Every cell with the trajectory that is its own. */
const everyCell: readonly [string, Architecture][] = [
  ...networks,
  ['FastGRNN with vectors', { ...base, cell: 'FastGRNN', vectorZetaNu: true }],
  ...(['UGRNN', 'GRU', 'LSTM'] as const).flatMap((cell): [string, Architecture][] => [
    [cell, { ...base, cell }],
    [`${cell} of low rank`, { ...base, cell, wRank: 2, uRank: 3, gate: 'tanh', update: 'sigmoid' }],
  ]),
  ['GRU, reset before', { ...base, cell: 'GRU', reset: 'before' }],
];

describe.each(everyCell)('the Jacobians of %s', (_, architecture) => {
  const values = randomParameters(architecture);
  const parameters = parametersOf(architecture, values);
  const [H, steps] = [base.hiddenSize, 6];
  const xs = inputs(steps);
  const trajectory = parameters.gates.size > 0 ? gatedTrajectory(parameters, xs) : trajectoryOf(parameters, xs);
  const S = trajectory.width;

  it('are central differences of a step in float64', () => {
    const network = new FloatNetwork(architecture, values);
    let worst = 0;
    let control = 0;
    let before = new Float64Array(2 * H); // h and c
    xs.forEach((x, t) => {
      const after = (from: Float64Array) => {
        network.h.set(from.subarray(0, H));
        network.memory.set(from.subarray(H));
        network.step(x);
        return Float64Array.from([...network.h, ...network.memory]);
      };
      const [own, other] = [trajectory.jacobian(t + 1), trajectory.jacobian(t === 0 ? 2 : t)];
      for (let j = 0; j < S; j++) {
        const [above, below] = [1e-5, -1e-5].map((step) => after(before.map((v, k) => (k === j ? v + step : v))));
        for (let i = 0; i < S; i++) {
          const difference = (above[i] - below[i]) / 2e-5;
          worst = Math.max(worst, Math.abs(own[i * S + j] - difference));
          control = Math.max(control, Math.abs(other[i * S + j] - difference));
        }
      }
      before = after(before) as Float64Array<ArrayBuffer>;
      trajectory.states[t + 1].forEach((value, i) => expect(Math.abs(value - before[i])).toBeLessThan(1e-13));
    });
    expect(worst).toBeLessThan(1e-9);
    expect(control).toBeGreaterThan(1e-4);
  });

  it('give gradients of the loss by step, whose first one is that of central differences', () => {
    const gradients = stateGradients(trajectory, 2);
    expect(gradients).toHaveLength(steps + 1);
    const network = new FloatNetwork(architecture, values);
    const loss = (start: Float64Array) => {
      network.reset();
      network.h.set(start.subarray(0, H));
      network.memory.set(start.subarray(H));
      for (const x of xs) network.step(x);
      const { V, biasV } = parameters;
      const logits = Array.from(biasV, (b, l) => network.h.reduce((sum, h, k) => sum + V[l * H + k] * h, b));
      return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[2];
    };
    for (let j = 0; j < S; j++) {
      const at = (step: number) => loss(Float64Array.from({ length: 2 * H }, (__, k) => (k === j ? step : 0)));
      expect(Math.abs((at(1e-5) - at(-1e-5)) / 2e-5 - gradients[0][j])).toBeLessThan(1e-8);
    }
  });
});

/** A FastRNN with U = diag(u), ReLU and inputs that keep every unit positive, so that every D_k is I. */
function diagonal(u: readonly number[], alpha: number, beta: number) {
  const architecture: Architecture = {
    ...{ ...base, hiddenSize: u.length, update: 'relu', residual: 'fixed', alpha, beta },
  };
  const values = new Float64Array(parameterCount(architecture));
  for (const { name, offset, size } of tensorsOf(architecture)) {
    if (name === 'U') u.forEach((value, i) => (values[offset + i * (u.length + 1)] = value));
    if (name === 'bias') values.fill(1, offset, offset + size);
  }
  return parametersOf(architecture, values);
}

describe('the condition of M(U)', () => {
  it('is the closed form of a diagonal U, and equation (5) bounds it', () => {
    const [alpha, beta] = [0.1, 0.9];
    const u = [0.2, 1, 3, 2];
    const parameters = diagonal(u, alpha, beta);
    const trajectory = trajectoryOf(parameters, inputs(20));
    const step = largestStep(parameters, trajectory);
    expect(step).toBeCloseTo(3, 8);
    const found = conditions(trajectory);
    expect(found.map(({ steps }) => steps)).toEqual([1, 2, 4, 8, 16, 19]);
    for (const { steps, condition, norm } of found) {
      const factor = (value: number) => (alpha * value + beta) ** steps;
      expect(condition / (factor(3) / factor(0.2))).toBeCloseTo(1, 10);
      expect(norm / factor(3)).toBeCloseTo(1, 10);
      expect(condition).toBeLessThan(conditionBound(alpha, beta, step, steps) ?? 0);
    }
    // Without its residual the same network is far worse, and the bound says nothing.
    const [rnn] = conditions(trajectoryOf(diagonal(u, 1, 0), inputs(20))).slice(-1);
    expect(rnn.condition).toBe(largestCondition); // 15^19 is far beyond it
    expect(conditionBound(1, 0, 3, 19)).toBeUndefined();
  });

  it('stays within equation (5) for any FastRNN with a small alpha', () => {
    const architecture: Architecture = { ...base, residual: 'fixed', alpha: 0.05, beta: 0.95 };
    const parameters = parametersOf(architecture, randomParameters(architecture));
    for (let seed = 1; seed <= 5; seed++) {
      const trajectory = trajectoryOf(parameters, inputs(12, seed));
      const step = largestStep(parameters, trajectory);
      expect(step).toBeLessThanOrEqual(singularValues(parameters.U, 5, 5)[0] * (1 + 1e-9));
      for (const { steps, condition } of conditions(trajectory)) {
        expect(condition).toBeLessThanOrEqual((conditionBound(0.05, 0.95, step, steps) ?? 0) * (1 + 1e-9));
        expect(condition).toBeGreaterThan(1);
      }
    }
  });
});

describe('the theorems', () => {
  it('are evaluated as the paper writes them', () => {
    const [alpha, T, n, M] = [0.001, 50, 400, 900];
    const parameters = diagonal([0.5, 2], alpha, 1 - alpha);
    parameters.W.fill(3 / Math.sqrt(parameters.W.length));
    parameters.V.fill(4 / Math.sqrt(parameters.V.length));
    const facts = { steps: T, recordings: n, inputNorm: 5, iterations: M, initialLoss: 0.7, trainingLoss: 0.2 };
    const found = theoremsOf(parameters, { ...facts, spectralNorm: 2 });
    const RU = Math.sqrt(4.25);
    expect(found.RW).toBeCloseTo(3, 12);
    expect(found.largestAlpha).toBeCloseTo(Math.min(1 / (4 * T * 1), 1 / (4 * T * RU), 1 / (T * 1)), 15);
    expect(found.assumptionsHold).toBe(true);
    const product = 3 * RU * 4;
    // D bar + 4 R_W R_U R_v / D bar is least at D bar = 2 sqrt(R_W R_U R_v).
    const spread = (d: number) => d + (4 * product) / d;
    const best = Math.min(...Array.from({ length: 4000 }, (_, i) => spread(0.005 * (i + 1))));
    expect(found.convergence.bound).toBeCloseTo((alpha * T * 0.7) / M + (best * alpha * T) / Math.sqrt(M), 6);
    expect(found.generalisation.complexity).toBeCloseTo((product * 5 * alpha * T) / 20, 12);
    const q = 1 - alpha + 2 * alpha * RU;
    const series = (q ** (T + 1) - 1) / (q - 1);
    expect(found.generalisation.explicitComplexity).toBeCloseTo((2 * 4 * 2 * alpha * 3 * 5 * series) / 20, 10);
    const rnn = ((2 * RU) ** (T + 1) - 1) / (2 * RU - 1);
    expect((found.generalisation.rnnComplexity ?? 0) / ((2 * 4 * 2 * 3 * 5 * rnn) / 20)).toBeCloseTo(1, 10);
    expect(found.generalisation.bound).toBeNull(); // ReLU has no largest state, so the loss has no bound
    expect(theoremsOf(diagonal([1], 0.2, 0.7), { ...facts, spectralNorm: 1 }).assumptionsHold).toBe(false);
  });
});

it('refuses what section 3.1.1 is not about', () => {
  const refuse = (change: Partial<Architecture>, message: RegExp) => {
    const architecture = { ...base, ...change };
    expect(() => parametersOf(architecture, new Float64Array(parameterCount(architecture)))).toThrow(AnalysisError);
    expect(() => parametersOf(architecture, new Float64Array(parameterCount(architecture)))).toThrow(message);
  };
  refuse({ head: 'regression' }, /head regression, output last/);
  refuse({ hiddenSize: 6, recurrence: 'EURNN' }, /complex ones/);
  refuse({ layers: 2 }, /2 layers/);
  refuse({ bidirectional: true }, /one direction/);
});
