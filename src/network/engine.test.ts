import { expect, test } from 'vitest';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { cells } from './cells/all.js';
import { CellEngine, initialise, NetworkEngine, plainHead, type Architecture } from './index.js';

const base: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 3, hiddenSize: 6, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', classes: 2, ...plainHead },
};
const limits = { rows: 2, steps: 5, training: false };

test.each(Object.keys(cells) as (keyof typeof cells)[])(
  'an engine that is given %s alone computes what the engine of all cells does',
  async (cell) => {
    const kernels = await loadKernels();
    const architecture = { ...base, cell };
    const random = new Random(3);
    const parameters = initialise(architecture, random).map((x) => x + random.normal());
    const [own, any] = [
      new CellEngine(kernels, architecture, limits, cells[cell]),
      new NetworkEngine(kernels, architecture, limits),
    ].map((engine) => {
      engine.parameters.set(parameters);
      engine.input.forEach((_, i) => (engine.input[i] = Math.sin(i)));
      engine.forward(2, 5);
      return engine.logits.slice();
    });
    expect(own).toEqual(any);
    expect(own.some((x) => x !== 0)).toBe(true);
    expect(CellEngine.arenaBytes(architecture, limits, cells[cell])).toBe(
      NetworkEngine.arenaBytes(architecture, limits),
    );
  },
);

test('a cell that is another than the architecture says finds tensors missing', async () => {
  const kernels = await loadKernels();
  expect(() => new CellEngine(kernels, base, limits, cells.GRU)).toThrow(/no tensor/);
});
