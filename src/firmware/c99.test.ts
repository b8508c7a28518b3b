import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { exportC } from './c99.js';
import { ExportError } from './errors.js';
import { testVectors } from './vectors.js';

const network = randomNetwork(new Random(5), { inputSize: 3, hiddenSize: 4, classes: 2 });

describe('exportC', () => {
  it('keeps to the contract of names', () => {
    const files = exportC(network, { prefix: 'tap' });
    expect(Object.keys(files)).toEqual(['tap.h', 'tap.c']);
    for (const line of [
      '#define TAP_INPUTS 3',
      '#define TAP_HIDDEN 4',
      '#define TAP_CLASSES 2',
      '} tap_state;',
      'void tap_reset(tap_state *s);',
      'void tap_step(tap_state *s, const int16_t *x);',
      'void tap_logits(const tap_state *s, int32_t *out);',
      'int tap_predict(const tap_state *s);',
    ]) {
      expect(files['tap.h']).toContain(`${line}\n`);
    }
  });

  it('refuses a prefix whose header would hide a standard one', () => {
    for (const prefix of ['stdint', 'STRING', 'Arduino']) {
      expect(() => exportC(network, { prefix })).toThrow(/is the name of a standard header/);
    }
  });

  it('puts the description into the header’s comment, whatever is in it', () => {
    const description = ['classes: 0 tap, 1 */ #error', 'x: g / 1024 /* ??/'];
    const header = exportC(network, { prefix: 'tap', description })['tap.h'];
    expect(header).toContain(' * classes: 0 tap, 1 * / #error\n * x: g / 1024 / * ? ?/\n');
    expect(header.split('*/')[0]).toContain('fastgrnn');
  });

  it('writes the same text each time', () => {
    expect(exportC(network, { prefix: 'tap' })).toEqual(exportC(network, { prefix: 'tap' }));
  });

  it.each(['', '1st', 'a-b', 'a b', 'ümlaut', 'a__b', 'a'.repeat(32), '_x'])('refuses the prefix %j', (prefix) => {
    expect(() => exportC(network, { prefix })).toThrow(ExportError);
  });
});

describe('the header of other heads and inputs', () => {
  const header = (options: Partial<Parameters<typeof exportC>[1]>, of = network) =>
    exportC(of, { prefix: 'tap', ...options })['tap.h'];

  it('says how the values of a regression come back in their own units', () => {
    const text = header({ head: 'regression', outputs: { centre: [1, -0.5], scale: [1e-7, 2] } });
    expect(text).toContain('#define TAP_CENTRE {1.0, -0.5}\n');
    expect(text).toContain('#define TAP_SCALE {1e-7, 2.0}\n');
    expect(text).toContain(`#define TAP_LOGIT_BITS ${network.classifier.fractionBits + network.stateBits}\n`);
    expect(header({ head: 'regression' })).not.toContain('TAP_CENTRE');
  });

  it('says when a label is present', () => {
    expect(header({ head: 'sigmoid' })).toContain('a label is present where it is above 0');
    expect(header({})).not.toContain('label');
  });

  it('takes a token a step', () => {
    const tokens = randomNetwork(new Random(5), { inputSize: 3, vocabulary: 20 });
    expect(header({}, tokens)).toContain('#define TAP_INPUTS 1\n#define TAP_TOKENS 20\n');
    const { sequences } = testVectors(tokens, { steps: 40 });
    const ids = sequences.flatMap(({ inputs }) => inputs.map(([id, ...rest]) => (expect(rest).toEqual([]), id)));
    expect(ids.filter((id) => id >= 0 && id < 20).length).toBeGreaterThan(ids.length / 2);
    expect(Math.min(...ids)).toBeLessThan(0); // tokens outside of the vocabulary are defined, so they are proven
    expect(Math.max(...ids)).toBeGreaterThan(19);
  });
});

describe('testVectors', () => {
  it('has at least 8 sequences of the asked length, and inputs over the whole of int16', () => {
    const { sequences } = testVectors(network, { sequences: 3, steps: 5 });
    expect(sequences).toHaveLength(8);
    for (const { inputs, states, logits } of sequences) {
      expect([inputs.length, states.length, logits.length]).toEqual([5, 5, 2]);
      expect([inputs[0].length, states[0].length]).toEqual([3, 4]);
    }
    const all = sequences.flatMap((s) => s.inputs.flat());
    expect(Math.min(...all)).toBe(-32768);
    expect(Math.max(...all)).toBe(32767);
  });

  it('depends on the seed alone', () => {
    expect(testVectors(network, { seed: 2 })).toEqual(testVectors(network, { seed: 2 }));
    expect(testVectors(network, { seed: 2 })).not.toEqual(testVectors(network, { seed: 3 }));
  });
});
