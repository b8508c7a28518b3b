// What features of sound take of one core, in time of the processor: of whole clips, through a stream, and of a textbook transform beside them.
//   npm run bench:sound -- [--clips 1000] [--rounds 5]
import { parseArgs } from 'node:util';
import { soundExtractor, soundSettings, SoundStream } from '../dist/features/index.js';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: { clips: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '5' } },
});
const clips = Number(options.clips);
const second = 16_000;
const sounds = Array.from({ length: 16 }, (_, k) =>
  Int16Array.from({ length: second }, (__, i) =>
    Math.round(4000 * Math.sin(1e-5 * (k + 1) * i * i) + ((i * 7919) % 601)),
  ),
);

/** The naive way: a complex transform of radix 2 over the whole length for each frame, as `power` of 512 values. */
function naive() {
  const length = 512;
  const [re, im] = [new Float64Array(length), new Float64Array(length)];
  return (sound) => {
    let sum = 0;
    for (let start = 0; start + 400 <= second + 80; start += 160) {
      for (let i = 0; i < length; i++) {
        let reversed = 0;
        for (let bit = 0; bit < 9; bit++) reversed |= ((i >> bit) & 1) << (8 - bit);
        re[reversed] = i < 400 ? (sound[start + i] ?? 0) : 0;
        im[i] = 0;
      }
      for (let half = 1; half < length; half *= 2) {
        for (let at = 0; at < length; at += 2 * half) {
          for (let k = 0; k < half; k++) {
            const angle = (-Math.PI * k) / half;
            const [c, s] = [Math.cos(angle), Math.sin(angle)];
            const [a, b] = [at + k, at + k + half];
            const r = re[b] * c - im[b] * s;
            const m = re[b] * s + im[b] * c;
            [re[b], im[b]] = [re[a] - r, im[a] - m];
            re[a] += r;
            im[a] += m;
          }
        }
      }
      sum += re[1] * re[1] + im[1] * im[1];
    }
    return sum;
  };
}

function streamed(settings) {
  let frames = 0;
  const stream = new SoundStream(settings, () => frames++);
  return (sound) => {
    for (let at = 0; at < second; at += 128) stream.push(sound, at, at + 128);
    stream.end();
    return frames;
  };
}

const ways = {
  'log mel, 32 filters (the default)': soundExtractor(soundSettings()),
  'the same in pieces of 128 samples': streamed(soundSettings()),
  'log mel, 40 filters, Hann, pre-emphasis': soundExtractor(
    soundSettings({ filters: 40, shape: 'hann', preEmphasis: 0.97 }),
  ),
  'MFCC, 13 coefficients, slopes of both orders': soundExtractor(soundSettings({ kind: 'mfcc', deltas: 2 })),
  PCEN: soundExtractor(soundSettings({ kind: 'pcen' })),
  'spectra alone, a textbook transform': naive(),
};

console.log('| features | ms a clip of one second | s for 20 000 clips |');
console.log('| --- | --: | --: |');
for (const [name, run] of Object.entries(ways)) {
  const count = name.includes('textbook') ? Math.ceil(clips / 20) : clips;
  let best = Infinity;
  for (let round = 0; round < Number(options.rounds); round++) {
    const elapsed = stopwatch();
    for (let i = 0; i < count; i++) run(sounds[i % sounds.length]);
    best = Math.min(best, elapsed().processorMs / count);
  }
  console.log(`| ${name} | ${best.toFixed(3)} | ${(best * 20).toFixed(1)} |`);
}
