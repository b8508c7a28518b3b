import { joinPath, kindOf, runProgram, writeFile } from '#platform';
import type { Synthesiser, Utterance } from './engine.js';
import { parallel } from './parallel.js';

/** Utterances that one process speaks: it takes half a second to start. */
const together = 40;

/** The mean pitch in hertz of voices that are made of diphones; others keep their speaker's own. */
const pitchOf: Record<string, number> = { kal_diphone: 105, ked_diphone: 105, rab_diphone: 105 };

/** Festival: voices of diphones and of hidden Markov models. */
export const festival: Synthesiser = {
  name: 'festival',
  licence: 'X11 (its voices have licences of their own)',
  packages: 'festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts',

  async voices() {
    const result = await runProgram('festival', ['-b', '(mapcar (lambda (v) (format t "%s\\n" v)) (voice.list))']);
    // Names are of languages too; voices of other languages can't speak English spelling.
    const names = result?.code === 0 ? result.stdout.split('\n').filter((name) => /^\w+$/.test(name)) : [];
    return names.filter((name) => /^(k[ae][ld]|rab|don)_diphone$|^cmu_us_|^en/.test(name)).sort();
  },

  async speak(utterances, directory) {
    const starts = Array.from({ length: Math.ceil(utterances.length / together) }, (_, k) => k * together);
    const fileOf = (i: number) => joinPath(directory, `festival-${i}.wav`);
    await parallel(starts, async (start) => {
      const end = Math.min(start + together, utterances.length);
      const script = joinPath(directory, `festival-${start}.scm`);
      for (let next = start; next < end;) {
        const lines = utterances.slice(next, end).flatMap((one, k) => spoken(one, fileOf(next + k)));
        await writeFile(script, `${lines.join('\n')}\n`);
        const result = await runProgram('festival', ['-b', script], { milliseconds: 120_000 });
        if (result?.code === 0) break;
        // It crashes now and then: another process goes on, and leaves out what it was at only where that was its first.
        const first = next;
        while (next < end && (await kindOf(fileOf(next))) === 'file') next++;
        if (next === first) next++;
      }
    });
    return Promise.all(utterances.map(async (_, i) => ((await kindOf(fileOf(i))) === 'file' ? fileOf(i) : undefined)));
  },
};

/** The commands that speak one utterance, in Festival's Scheme. */
function spoken({ text, voice, speed, pitch }: Utterance, file: string): string[] {
  const mean = pitchOf[voice];
  return [
    `(voice_${voice})`,
    `(Parameter.set 'Duration_Stretch ${(1 / speed).toFixed(3)})`,
    ...(mean === undefined
      ? []
      : [
          `(set! int_lr_params '((target_f0_mean ${(mean * pitch).toFixed(1)}) (target_f0_std 14) (model_f0_mean 170) (model_f0_std 34)))`,
        ]),
    `(unwind-protect (utt.save.wave (utt.synth (Utterance Text ${JSON.stringify(text)})) ${JSON.stringify(file)} 'riff))`,
  ];
}
