import { describe, expect, it } from 'vitest';
import { asmLines } from './assembler.js';

const nops = (count: number) => new Array<string>(count).fill('nop').join('\n');

describe('assembler text', () => {
  it('becomes lines of a C string with local labels and comments', () => {
    expect(asmLines('@again: dec r3; brne @again | a loop\n\n  clr r1')).toBe(
      '    "again%=: dec r3 \\n brne again%= \\n" /* a loop */\n    "clr r1 \\n"',
    );
  });

  it.each([
    ['forward', (between: number) => `breq @far\n${nops(between)}\n@far: nop`, 63],
    ['backward', (between: number) => `@far:\n${nops(between)}\nbreq @far`, 62],
  ])('lengthens branches beyond their reach: %s', (_, text, most) => {
    expect(asmLines(text(most))).not.toContain('rjmp');
    expect(asmLines(text(most + 1))).toContain('"brne .+2 \\n rjmp far%= \\n"');
  });

  it('lengthens branches that others have moved out of reach', () => {
    const text = `breq @one\n${nops(61)}\nbreq @two\n@one: ${nops(63).replaceAll('\n', '; ')}\n nop\n@two: nop`;
    expect(asmLines(text).match(/rjmp/g)).toHaveLength(1);
    const both = `breq @one\n${nops(62)}\nbreq @two\n@one: ${nops(63).replaceAll('\n', '; ')}\n nop\n@two: nop`;
    expect(asmLines(both).match(/rjmp/g)).toHaveLength(2);
  });

  it('knows its labels', () => {
    expect(() => asmLines('breq @nowhere')).toThrow('no label @nowhere');
  });
});
