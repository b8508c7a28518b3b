import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMatrix, parseNumber } from './matrix.js';

const encode = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => parseNumber(encode(text), 0, encode(text).length);

// Number() rounds correctly, as the language demands.
test('numbers are rounded as the language rounds them', () => {
  const digits = fc.stringMatching(/^[+-]?([0-9]{1,20}(\.[0-9]{0,12})?|\.[0-9]{1,12})([eE][+-]?[0-9]{1,3})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      expect(read(text)).toBe(Number(text));
    }),
    { numRuns: 3000 },
  );
  for (const text of ['1.8085150e-004', '0', '-0', '5e-324', '9007199254740993', '1e23', '1.e5', '.5']) {
    expect(read(text)).toBe(Number(text));
  }
});

test('what is no number', () => {
  for (const text of ['', '-', '.', 'e5', '1e', '1e+', '1..2', '1,5', '0x10', 'NaN', '1 2', '1e5x'])
    expect(read(text)).toBeNaN();
});

test('rows, empty lines, line ends and a missing last line end', () => {
  const { rows, columns, values } = parseMatrix(encode('  1 2\r\n\r\n3\t4e0\n-5.5 6'), 'f');
  expect([rows, columns, ...values]).toEqual([3, 2, 1, 2, 3, 4, -5.5, 6]);
});

test('errors name the place', () => {
  expect(() => parseMatrix(encode('1 2\n3\n'), 'f')).toThrow('f, line 2: 1 numbers, but 2 in the lines before');
  expect(() => parseMatrix(encode('1 2\n\n3 4x\n'), 'f')).toThrow('f, line 3, column 2: "4x" is not a number');
  expect(() => parseMatrix(encode('1 1e999\n'), 'f')).toThrow('f, line 1, column 2: "1e999" is not a number');
  expect(() => parseMatrix(encode(' \n'), 'f')).toThrow('f is empty');
});
