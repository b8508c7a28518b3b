import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainStorage } from '../../integer/index.js';
import { storages } from '../../testing/random-network.js';
import { decodeRow, encodeRow, smallerForm, storedBytes } from '../rows.js';
import { isPacked, packedLayouts, type PackedForm } from './index.js';

const forms = Object.keys(packedLayouts).filter(isPacked);

const decoded = (form: PackedForm, bytes: readonly number[], columns: number) => {
  let at = 0;
  const values = packedLayouts[form].decode(() => bytes[at++], columns);
  return { values, at };
};

/** A row as a reader of docs/integer-network.md would write it down, apart from the code: its bits, one after the other. */
describe('the examples of docs/integer-network.md', () => {
  const page = readFileSync(new URL('../../../docs/integer-network.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/^\| `(\w+)` \| `([-\d ]*)` \| `([\da-f ]*)` \|$/gm)];

  it('cover every layout', () => expect(new Set(examples.map(([, form]) => form))).toEqual(new Set(forms)));

  it.each(examples.map(([, form, row, bytes]) => [form, row, bytes]))('%s of %s is %s', (form, row, bytes) => {
    if (!isPacked(form)) throw new Error(form);
    const values = row.split(' ').map(Number);
    const stored = bytes.split(' ').map((byte) => parseInt(byte, 16));
    expect(packedLayouts[form].encode(Int8Array.from(values))).toEqual(stored);
    expect(decoded(form, stored, values.length)).toEqual({ values, at: stored.length });
  });
});

describe.each(forms)('rows as %s', (form) => {
  it('come back, byte for byte, whatever they hold', () => {
    const step = form.endsWith('4') ? 16 : 1;
    const weight = fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.integer({ min: Math.ceil(-127 / step), max: Math.floor(127 / step) }) },
    );
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 255 }), (row) => {
        const values = Int8Array.from(row, (w) => w * step);
        const bytes = packedLayouts[form].encode(values);
        expect(bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)).toBe(true);
        expect(decoded(form, bytes, values.length)).toEqual({ values: Array.from(values), at: bytes.length });
      }),
      { numRuns: 200 },
    );
  });
});

describe('the form of a matrix', () => {
  const columns = 40;
  const matrix = (nonzeros: number) => ({
    rows: 1,
    columns,
    fractionBits: 7,
    values: Int8Array.from({ length: columns }, (_, k) =>
      Math.floor(((k + 1) * nonzeros) / columns) > Math.floor((k * nonzeros) / columns) ? 16 : 0,
    ),
  });

  it('is the one of fewer bytes, of what its storage allows', () => {
    const dense = { 8: columns, 4: columns / 2 };
    const sparse = {
      8: { byte: (n: number) => 1 + 2 * n, bitmap: (n: number) => columns / 8 + n, delta: (n: number) => 1 + 1.5 * n },
      4: { byte: (n: number) => 1 + 2 * n, bitmap: (n: number) => columns / 8 + n / 2, delta: (n: number) => 1 + n },
    };
    for (const storage of storages) {
      const { weightBits, indices } = storage;
      for (const nonzeros of [4, 10, 20, 32, 40]) {
        const bytes = sparse[weightBits][indices](nonzeros);
        const form = smallerForm(matrix(nonzeros), storage);
        expect(storedBytes(matrix(nonzeros), form)).toBe(Math.min(bytes, dense[weightBits]));
        expect(form.startsWith('dense')).toBe(dense[weightBits] <= bytes);
      }
    }
  });

  it('has a count in front of a row without weights, but of a bitmap', () => {
    const empty = matrix(0);
    expect(encodeRow(empty, 0, 'delta')).toEqual([0]);
    expect(encodeRow(empty, 0, 'bitmap4')).toEqual([0, 0, 0, 0, 0]);
    expect(decodeRow(() => 0, columns, smallerForm(empty, plainStorage))).toEqual(Array.from(empty.values));
  });
});
