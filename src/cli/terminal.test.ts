import { styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { duration, percent, table } from './terminal.js';

describe('a table', () => {
  it('sets numbers to the right and words to the left', () => {
    expect(table([['name', 'size'], ['a', '1.5 %'], ['bcdef', '10']])).toBe('name   size\na      1.5 %\nbcdef     10'); // prettier-ignore
  });

  it('is aligned in colour as in black and white', () => {
    const red = styleText('red', 'a', { validateStream: false });
    expect(red).not.toBe('a'); // else nothing is tested
    expect(table([[red, 'x'], ['bcd', 'y']])).toBe(`${red}    x\nbcd  y`); // prettier-ignore
  });
});

describe('names from anywhere', () => {
  it('are as wide as a terminal shows them', () => {
    const rows = table([['歩く', 'a'], ['läuft', 'b'], ['cafe\u0301', 'c'], ['🏃', 'd'], ['ab', 'e']]).split('\n'); // prettier-ignore
    expect(rows).toEqual(['歩く   a', 'läuft  b', 'cafe\u0301   c', '🏃     d', 'ab     e']);
  });

  it("can't move the cursor, break lines or turn the writing", () => {
    const told = table([['a\r\u001B[2Jb\nc', 'x\u202Ey']]);
    expect(told).toBe('a\\u000d\\u001b[2Jb\\u000ac  x\\u202ey');
  });
});

describe('figures', () => {
  it('are short', () => {
    expect([0, 59.4, 59.6, 61, 3725].map(duration)).toEqual(['0 s', '59 s', '1 min 00 s', '1 min 01 s', '62 min 05 s']);
    expect(duration(NaN)).toBe('?');
    expect([0.98765, 0.99999, 1].map(percent)).toEqual(['98.77 %', '> 99.99 %', '100.00 %']);
  });
});
