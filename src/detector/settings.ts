import { lastLayer, logitBits, stateSize, type IntegerNetwork } from '../integer/light.js';
import type { DetectorSettings } from '../network/light.js';

export type { DetectorSettings } from '../network/light.js';

/** Settings are outside the definition, or don't belong to a network. */
export class DetectorError extends Error {
  override name = 'DetectorError';
}

/** Fraction bits of a margin, where the logits have as many and one more: then a margin reaches to 128 logits of 1. */
export const marginBits = 8;

/** Bits of a score behind the unit of margins. */
export const scoreBits = 8;

/** The shift that gives a network's margins `marginBits` fraction bits; logits are never taken unshifted, so that their difference fits. */
export function marginShiftOf(network: IntegerNetwork): number {
  return Math.max(1, logitBits(network) - marginBits);
}

/** What a margin of 1 is worth in the float network's logits, as a power of two: 2^-bits. */
export function marginBitsOf(network: IntegerNetwork, { marginShift }: Pick<DetectorSettings, 'marginShift'>): number {
  return logitBits(network) - marginShift;
}

/** Network steps from one push to the next. */
export function pushSteps({ window, states }: Pick<DetectorSettings, 'window' | 'states'>): number {
  return window === 0 ? 1 : window / states;
}

/** The most states of `each` bytes that fit into `bytes` of RAM and divide `window` evenly; 0 where not even one does. */
export function statesWithin(bytes: number, window: number, each: number): number {
  let states = Math.min(window, Math.floor(bytes / each));
  while (states > 0 && window % states !== 0) states--;
  return states;
}

/** Bytes of RAM of one state of a network as exported C has it, without padding: h and r, and the sums of a mean. */
export function stateBytes(network: IntegerNetwork): number {
  const each = network.cell === 'LSTM' ? 6 : 4;
  return each * stateSize(network) + (network.mean ? 4 * lastLayer(network).hiddenSize + 2 : 0);
}

/** Throws a `DetectorError` that names the first setting outside the definition. */
export function checkDetector(settings: DetectorSettings, classes: number): void {
  const fail = (name: string, value: unknown, expected: string): never => {
    throw new DetectorError(`detector: ${name} is ${JSON.stringify(value)}, it must be ${expected}`);
  };
  const whole = (name: Exclude<keyof DetectorSettings, 'wake'>, low: number, high: number) => {
    const value = settings[name];
    if (!Number.isInteger(value) || value < low || value > high)
      fail(name, value, `a whole number from ${low} to ${high}`);
  };
  const { wake, window, states } = settings;
  if (classes < 2) fail('the network', classes, 'one of two classes or more');
  if (wake.length === 0 || wake.length >= classes) fail('wake', wake, `from 1 to ${classes - 1} classes`);
  for (const [k, word] of wake.entries()) {
    if (!Number.isInteger(word) || word < 0 || word >= classes || (k > 0 && word <= wake[k - 1])) {
      fail('wake', wake, `classes from 0 to ${classes - 1}, each once, rising`);
    }
  }
  whole('window', 0, 65535);
  whole('states', 1, window === 0 ? 1 : Math.min(window, 255));
  if (window % states !== 0) fail('states', states, `a divisor of the window, ${window}`);
  whole('marginShift', 1, 30);
  whole('smoothing', 0, 8);
  whole('threshold', -32767, 32767);
  whole('release', -32767, settings.threshold);
  whole('refractory', 1, 65535);
}
