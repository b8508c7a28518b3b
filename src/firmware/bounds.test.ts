import { describe, expect, it } from 'vitest';
import { IntegerInterpreter, type IntegerMatrix } from '../integer/index.js';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { boundsOf } from './bounds.js';
import { ExportError } from './errors.js';
import { testInputs } from './vectors.js';

/** A matrix whose row `row` is full of 127. */
function heavy(rows: number, columns: number, row: number): IntegerMatrix {
  const values = new Int8Array(rows * columns).fill(127, row * columns, (row + 1) * columns);
  return { rows, columns, values, fractionBits: 7 };
}

describe('bounds of sums', () => {
  const network = randomNetwork(new Random(4), { cell: 'FastGRNN', hiddenSize: 12, wRank: 3, uRank: 4 });

  it('are never exceeded by what a network computes', () => {
    for (let seed = 0; seed < 30; seed++) {
      const drawn = randomNetwork(new Random(seed), { extreme: seed % 2 > 0 });
      const bounds = boundsOf(drawn);
      const interpreter = new IntegerInterpreter(drawn);
      for (const inputs of testInputs(drawn, { seed, steps: 12 })) {
        const width = drawn.embedding ? 1 : drawn.inputSize;
        interpreter.reset();
        for (let at = 0; at < inputs.length; at += width) interpreter.step(inputs, at);
        expect(Math.max(...interpreter.h.map(Math.abs))).toBeLessThanOrEqual(bounds.state);
        if (!drawn.mean) expect(Math.max(...interpreter.logits().map(Math.abs))).toBeLessThanOrEqual(bounds.logit);
      }
    }
  });

  it('refuse a network whose sums could overflow, naming the row', () => {
    // As many products of 127 * 32767 are the first to exceed 2^31 - 1.
    const columns = Math.ceil(2 ** 31 / (127 * 32767));
    const wide = { ...network, stateLimit: 32767, u2: heavy(4, columns, 2), u2Shift: 0 };
    expect(() => boundsOf(wide)).toThrow(ExportError);
    expect(() => boundsOf(wide)).toThrow(`U2, row 2: its sum could reach ${columns * 127 * 32767},`);
    const fits = { ...wide, u2: heavy(4, columns - 1, 2) };
    expect(boundsOf(fits).u2).toBe((columns - 1) * 127 * 32767);
    const head = { ...network, stateLimit: 32767, classifier: heavy(network.classes, columns, 1) };
    expect(() => boundsOf(head)).toThrow(/classifier, row 1/);
  });
});
