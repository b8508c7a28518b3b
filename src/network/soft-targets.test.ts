import { expect, it } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, NetworkEngine, parameterCount, plainHead, tensorsOf, type Architecture } from './index.js';

const kernels = await loadKernels();
const arch: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 3, hiddenSize: 5, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', ...plainHead, classes: 4 },
};
const [rows, steps] = [3, 4];
const q = [
  [0.1, 0.2, 0.3, 0.4],
  [0.7, 0, 0.3, 0],
  [0.25, 0.25, 0.25, 0.25],
];

interface Asked {
  readonly label?: number;
  readonly share?: number;
  readonly temperature?: number;
  /** What classifier and bias are divided by. */
  readonly divisor?: number;
}

/** Loss and gradient of a network that is the same each time. */
function gradientOf({ label = 0, share = 0, temperature = 1, divisor = 1 }: Asked) {
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true, softTargets: true });
  const random = new Random(4);
  engine.parameters.set(initialise(arch, random).map((x) => 3 * x));
  for (const { role, offset, size } of tensorsOf(arch)) {
    if (!role.startsWith('classifier')) continue;
    for (let i = 0; i < size; i++) engine.parameters[offset + i] /= divisor;
  }
  for (let i = 0; i < steps * rows; i++) {
    for (let d = 0; d < 3; d++) engine.input[i * engine.inputStride + d] = random.normal();
  }
  q.forEach((row, r) => {
    engine.labels[r] = label;
    engine.softShares[r] = share;
    row.forEach((value, k) => (engine.targets[r * engine.targetStride + k] = value));
  });
  engine.lossAndGradient(rows, steps, { batchRows: 1, temperature });
  return { losses: [...engine.losses], gradient: [...engine.gradient] };
}

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-6 * (1 + Math.abs(expected[i]))));
};

it('a second target that is another label gives the loss and the gradient of a mixture of both', () => {
  const [first, second] = [gradientOf({ label: 0 }), gradientOf({ label: 2 })];
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training: true, softTargets: true });
  expect(engine.softShares.length).toBe(rows);
  const own = q.map(() => [0, 0, 1, 0]);
  q.splice(0, rows, ...own);
  const mixed = gradientOf({ label: 0, share: 0.25 });
  close(
    mixed.losses,
    first.losses.map((loss, r) => 0.75 * loss + 0.25 * second.losses[r]),
  );
  close(
    mixed.gradient,
    first.gradient.map((x, i) => 0.75 * x + 0.25 * second.gradient[i]),
  );
  expect(mixed.gradient).not.toEqual(first.gradient);
});

it('at a temperature the loss is T^2 times that of logits divided by T', () => {
  q.splice(0, rows, [0.1, 0.2, 0.3, 0.4], [0.7, 0, 0.3, 0], [0.25, 0.25, 0.25, 0.25]);
  const T = 2.5;
  const warm = gradientOf({ share: 1, temperature: T });
  const divided = gradientOf({ share: 1, divisor: T });
  close(
    warm.losses,
    divided.losses.map((loss) => T * T * loss),
  );
  // The classifier's own gradient has one T more: d/dC of f(C / T).
  const factor = tensorsOf(arch).flatMap(({ role, size }) =>
    new Array<number>(size).fill(role.startsWith('classifier') ? T : T * T),
  );
  expect(factor.length).toBe(parameterCount(arch));
  close(
    warm.gradient,
    divided.gradient.map((x, i) => factor[i] * x),
  );
});

it('without a share nothing changes, to the bit', () => {
  expect(gradientOf({ share: 0, temperature: 3 })).toEqual(gradientOf({ share: 0 }));
});

it('is refused for heads that have other targets', () => {
  const wrong = { ...arch, output: 'every' } as const;
  expect(() => new NetworkEngine(kernels, wrong, { rows, steps, training: true, softTargets: true })).toThrow(
    'one output a sequence',
  );
});
