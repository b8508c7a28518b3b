import { expect, test } from 'vitest';
import { soundFeatures, soundSettings } from '../features/index.js';
import { listen, RuntimeError, type RuntimeModel } from './index.js';

const modelOf = (sound: object | undefined, lsb: number, channels: number) =>
  ({ metadata: { features: { sound }, input: { lsb: new Array(channels).fill(lsb) } } }) as unknown as RuntimeModel;
const heard = Int16Array.from({ length: 3000 }, (_, i) => ((i * 7919) % 4001) - 2000);

test.each([{ kind: 'mfcc', deltas: 1 } as const, { arithmetic: 'integer' } as const])(
  'a model listens as its training did: %o',
  (options) => {
    const settings = soundSettings(options);
    const isInteger = settings.arithmetic === 'integer';
    const frames: number[] = [];
    const sound = listen(modelOf(settings, 2 ** -8, isInteger ? 32 : 26), (frame) => frames.push(...frame));
    for (let at = 0; at < heard.length; at += 77) sound.push(heard, at, Math.min(heard.length, at + 77));
    sound.end();
    expect(frames.map((value) => (isInteger ? value * 2 ** -8 : value))).toEqual([...soundFeatures(heard, settings)]);
  },
);

test('a model of other recordings does not listen', () => {
  expect(() => listen(modelOf(undefined, 1, 3), () => undefined)).toThrow(RuntimeError);
});
