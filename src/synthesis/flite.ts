import { joinPath, kindOf, runProgram } from '#platform';
import type { Synthesiser } from './engine.js';
import { parallel } from './parallel.js';

/** The mean pitch in hertz of voices whose speech is made of its diphones; the others have their speaker's own. */
const pitchOf: Record<string, number> = { kal: 105, kal16: 105 };

/** flite: small voices of recorded speakers (US and Scottish English). */
export const flite: Synthesiser = {
  name: 'flite',
  licence: 'BSD-4-Clause',
  packages: 'flite',

  async voices() {
    const result = await runProgram('flite', ['-lv']);
    const names = /Voices available:(.*)/.exec(result?.stdout ?? '')?.[1] ?? '';
    // awb_time can tell the time and nothing else.
    return names.split(/\s+/).filter((name) => name !== '' && name !== 'awb_time');
  },

  speak(utterances, directory) {
    return parallel(utterances, async ({ text, voice, speed, pitch }, i) => {
      const file = joinPath(directory, `flite-${i}.wav`);
      const mean = pitchOf[voice];
      const args = [
        ...['-voice', voice, '-t', text, '-o', file],
        ...['--setf', `duration_stretch=${(1 / speed).toFixed(3)}`],
        ...(mean === undefined ? [] : ['--setf', `int_f0_target_mean=${(mean * pitch).toFixed(1)}`]),
      ];
      const result = await runProgram('flite', args, { milliseconds: 20_000 });
      return result?.code === 0 && (await kindOf(file)) === 'file' ? file : undefined;
    });
  },
};
