import { expect, test } from 'vitest';
import { loadKernels } from '../../kernels/index.js';
import { Random } from '../../math/index.js';
import { initialise, NetworkEngine, plainHead, referenceForward, tensorsOf, type Architecture } from '../index.js';

/**
 * Equations (3) and (4) of the paper, evaluated as they stand in float64:
 *   dL/dU = alpha sum_t D_t (prod_{k=t}^{T-1} (alpha U^T D_{k+1} + beta I)) (grad_{h_T} L) h_{t-1}^T
 *   dL/dW = the same with x_t^T
 * The product's factors stand in order of k, the first leftmost; D_t = diag(update'(W x_t + U h_{t-1} + b)).
 */
function paperGradient(o: {
  U: Float64Array;
  D: readonly Float64Array[];
  dhT: Float64Array;
  right: readonly ArrayLike<number>[];
  alpha: number;
  beta: number;
}): Float64Array {
  const { U, D, dhT, right, alpha, beta } = o;
  const [H, T, columns] = [dhT.length, D.length, right[0].length];
  const result = new Float64Array(H * columns);
  for (let t = 1; t <= T; t++) {
    let v = Float64Array.from(dhT);
    // The product applied to the vector, its rightmost factor first.
    for (let k = T - 1; k >= t; k--) {
      const next = new Float64Array(H);
      for (let i = 0; i < H; i++) {
        next[i] = beta * v[i];
        for (let j = 0; j < H; j++) next[i] += alpha * U[j * H + i] * D[k][j] * v[j]; // D[k] is D_{k+1}
      }
      v = next;
    }
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < columns; j++) result[i * columns + j] += alpha * D[t - 1][i] * v[i] * right[t - 1][j];
    }
  }
  return result;
}

test.each(['free', 'tied', 'fixed'] as const)("the gradient is the paper's, residual %s", async (residual) => {
  const arch: Architecture = {
    ...{ cell: 'FastRNN', inputSize: 4, hiddenSize: 7, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
    ...{ residual, alpha: 0.3, beta: 0.8, classes: 2, ...plainHead },
  };
  const [T, H] = [9, arch.hiddenSize];
  const random = new Random(11);
  const engine = new NetworkEngine(await loadKernels(), arch, { rows: 1, steps: T, training: true });
  const parameters = initialise(arch, random).map((x) => x + 0.3 * random.normal());
  engine.parameters.set(parameters);
  const inputs = Array.from({ length: T }, () => Float32Array.from({ length: arch.inputSize }, () => random.normal()));
  inputs.forEach((x, t) => engine.input.set(x, t * engine.inputStride));
  engine.labels[0] = 1;
  engine.lossAndGradient(1, T, { batchRows: 1 });

  const specs = tensorsOf(arch);
  const part = (from: Float32Array, name: string) => {
    const spec = specs.find((tensor) => tensor.name === name);
    return spec && Float64Array.from(from.subarray(spec.offset, spec.offset + spec.size));
  };
  const value = (name: string) => part(parameters, name) as Float64Array;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const alpha = residual === 'fixed' ? 0.3 : sigmoid(value('alpha')[0]);
  const beta = { fixed: 0.8, tied: 1 - alpha, free: residual === 'free' ? sigmoid(value('beta')[0]) : 0 }[residual];

  const { states, logits } = referenceForward(arch, parameters, inputs);
  const [W, U, b, classifier] = ['W', 'U', 'bias', 'classifier'].map(value);
  const D = inputs.map((x, t) =>
    Float64Array.from({ length: H }, (_, i) => {
      let a = b[i];
      x.forEach((xk, k) => (a += W[i * arch.inputSize + k] * xk));
      states[t].forEach((hk, k) => (a += U[i * H + k] * hk));
      return 1 - Math.tanh(a) ** 2;
    }),
  );
  // The gradient of softmax cross-entropy at h_T: two classes, the second one right.
  const p1 = 1 / (1 + Math.exp(logits[0] - logits[1]));
  const dhT = Float64Array.from({ length: H }, (_, i) => (1 - p1) * (classifier[i] - classifier[H + i]));

  for (const [name, right] of [
    ['U', states],
    ['W', inputs],
  ] as const) {
    const expected = paperGradient({ U, D, dhT, right, alpha, beta });
    const actual = part(engine.gradient, name) as Float64Array;
    const scale = Math.max(...expected.map(Math.abs));
    // Float32 against float64: some ten roundings of 6e-8 a step.
    actual.forEach((x, i) => expect(Math.abs(x - expected[i]) / scale).toBeLessThan(5e-6));
    // The check sees a single wrong residual weight.
    const wrong = paperGradient({ U, D, dhT, right, alpha, beta: beta * 1.001 });
    expect(Math.max(...actual.map((x, i) => Math.abs(x - wrong[i]) / scale))).toBeGreaterThan(1e-4);
  }
});
