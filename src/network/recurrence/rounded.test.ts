import { describe, expect, test } from 'vitest';
import { everyBackend } from '../../testing/backends.js';
import { centralDifferences, worstDeviation } from '../../testing/gradients.js';
import {
  engineFor,
  fixedParameters,
  recurrentBase,
  recurrentProblem,
  referenceLoss,
  ROWS,
  STEPS,
  type RecurrentProblem,
} from '../../testing/recurrent-problem.js';
import {
  cellPrefixes,
  recurrentMatrix,
  tensorsByName,
  tensorsOf,
  withPlainMatrix,
  type Architecture,
} from '../index.js';

const backends = await everyBackend();

const architectures: Partial<Architecture>[] = [
  { recurrence: 'oRNN', reflectors: 2 },
  { recurrence: 'oRNN', reflectors: 8 },
  { recurrence: 'SpectralRNN', reflectors: 5, spectralMargin: 0.3 },
  { recurrence: 'FactoredRNN', spectralMargin: 0.5 },
  { recurrence: 'oRNN', reflectors: 3, layers: 2, bidirectional: true },
];

/** Levels of each cell, of another distance each. */
const levelsOf = (arch: Architecture) => cellPrefixes(arch).map((_, k) => [8 * 2 ** k, 2 ** -k / 8, 7 - k] as const);

/** The network with a plain U, rounded. */
function roundedPlain(arch: Architecture, p: RecurrentProblem) {
  const plain = withPlainMatrix(arch, Float64Array.from(p.parameters));
  const tensors = tensorsByName(plain.architecture, plain.parameters);
  for (const [k, prefix] of cellPrefixes(arch).entries()) {
    const [factor, unit, most] = levelsOf(arch)[k];
    const u = tensors.get(`${prefix}U`)!;
    u.forEach((value, i) => (u[i] = Math.max(-most, Math.min(most, Math.round(value * factor))) * unit));
  }
  return { architecture: plain.architecture, parameters: Float64Array.from(plain.parameters) };
}

/** The straight-through gradient: that of the rounded network, carried on to what makes U as if nothing had been rounded. */
function straightThrough(arch: Architecture, p: RecurrentProblem): Float64Array {
  const { architecture, parameters } = roundedPlain(arch, p);
  const gradient = tensorsByName(
    architecture,
    centralDifferences((values) => referenceLoss(architecture, values, p), parameters),
  );
  const through = centralDifferences((values) => {
    const tensors = tensorsByName(arch, values);
    return cellPrefixes(arch).reduce((sum, prefix) => {
      const g = gradient.get(`${prefix}U`)!;
      return recurrentMatrix(arch, (name) => tensors.get(prefix + name)!).reduce((s, u, i) => s + g[i] * u, sum);
    }, 0);
  }, p.parameters);
  for (const { name, offset } of tensorsOf(arch)) {
    const own = gradient.get(name);
    if (own) through.set(own, offset);
  }
  for (const at of fixedParameters(arch)) through[at] = 0;
  return through;
}

describe.each(architectures)('a rounded U: %j', (fields) => {
  const arch: Architecture = { ...recurrentBase, ...fields };
  const p = recurrentProblem(arch, 4);

  test('gives the rounded network’s loss, and the straight-through gradient', () => {
    const { architecture, parameters } = roundedPlain(arch, p);
    const reference = referenceLoss(architecture, parameters, p);
    const expected = straightThrough(arch, p);
    for (const { name, kernels } of backends) {
      const engine = engineFor(kernels, arch, p, { roundedU: true });
      engine.recurrentLevels.set(levelsOf(arch).flat());
      const loss = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS }) / ROWS;
      expect(Math.abs(loss - reference) / reference, name).toBeLessThan(5e-6);
      expect(worstDeviation(arch, engine.gradient, expected), name).toBeLessThan(3e-5);
      // Of the same network unrounded neither is near.
      engine.recurrentLevels.fill(0);
      const plain = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS }) / ROWS;
      expect(Math.abs(plain - reference) / reference, name).toBeGreaterThan(5e-5);
      expect(worstDeviation(arch, engine.gradient, expected), name).toBeGreaterThan(3e-4);
    }
  });

  test('without levels is as it is', () => {
    for (const { name, kernels } of backends) {
      const [able, unable] = [true, false].map((roundedU) => {
        const engine = engineFor(kernels, arch, p, { roundedU });
        engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
        return engine;
      });
      // Few reflectors are applied where U is never rounded: other sums.
      const same = arch.reflectors === undefined || arch.reflectors > (3 / 8) * arch.hiddenSize;
      if (same) expect(able.gradient, name).toEqual(unable.gradient);
      else expect(worstDeviation(arch, able.gradient, Float64Array.from(unable.gradient)), name).toBeLessThan(3e-5);
    }
  });
});
