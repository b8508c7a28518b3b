// How far the integer features are from the float ones, over test clips of Speech Commands as loud as they are and at a 8th, a 64th and a
// 512th of it: differences in natural logarithms (of mfcc in coefficients).
//   FASTGRNN_DATA=... npm run bench:frontend-error [-- --every N]
import { parseArgs } from 'node:util';
import { loadSpeechSounds } from '../dist/data/index.js';
import { integerLsb, soundExtractor, soundSettings } from '../dist/features/index.js';

const { values: options } = parseArgs({ options: { every: { type: 'string', default: '16' } } });

const settings = {
  paper: {},
  '8 kHz': { rate: 8000 },
  hann: { shape: 'hann' },
  'hann, pre-emphasis': { shape: 'hann', preEmphasis: 0.97 },
  'povey, hertz, 40': { shape: 'povey', corners: 'hertz', filters: 40, lowest: 20 },
  mfcc: { kind: 'mfcc', shape: 'hamming', preEmphasis: 0.97, filters: 26 },
};
const { words } = await loadSpeechSounds('test');
const clips = words.filter((_, i) => i % Number(options.every) === 0);
console.log(`${clips.length} clips; mean |difference|, mean difference, root of the mean square, largest; in ln`);
for (const [name, own] of Object.entries(settings)) {
  const exact = soundExtractor(soundSettings(own));
  const integer = soundExtractor(soundSettings({ ...own, arithmetic: 'integer' }));
  for (const level of [1, 8, 64, 512]) {
    let [count, sum, bias, squares, most] = [0, 0, 0, 0, 0];
    for (const clip of clips) {
      const quiet = clip.map((sample) => Math.round(sample / level));
      const expected = exact(quiet);
      integer(quiet).forEach((value, i) => {
        const difference = value - expected[i];
        count++;
        sum += Math.abs(difference);
        bias += difference;
        squares += difference * difference;
        most = Math.max(most, Math.abs(difference));
      });
    }
    const figures = [sum / count, bias / count, Math.sqrt(squares / count), most].map((x) => x.toFixed(4).padStart(9));
    console.log(
      `${name.padEnd(20)} 1/${String(level).padEnd(4)}${figures.join('')}  (unit ${integerLsb(soundSettings(own))})`,
    );
  }
}
