import { joinPath, kindOf, runProgram } from '#platform';
import type { Synthesiser, Utterance } from './engine.js';
import { parallel } from './parallel.js';

/** Words a minute and pitch (0 to 99) that espeak-ng takes without options. */
const [usualSpeed, usualPitch] = [175, 50];

/** Variants of its voices that sound like people: robots, whispers and jokes are left out. */
const people =
  /^(Alex|Alicia|Andrea|Andy|Annie|Denis|Diogo|Gene2?|Henrique|Hugo|Jacky|Lee|Marco|Mario|Michael|Mike|Nguyen|adam|anika|antonio|aunty|belinda|benjamin|boris|caleb|david|edward2?|f[1-5]|grandma|grandpa|gustave|iven[2-4]?|john|kaukovalta|linda|m[1-8]|marcelo|max|michel|miguel|norbert|pablo|paul|pedro|quincy|rob|robert|sandro|shelby|steph[23]?|travis|victor|zac|klatt[2-6]?)$/;

/** espeak-ng: formant synthesis in many accents, each with some eighty variants. */
export const espeakNg: Synthesiser = {
  name: 'espeak-ng',
  licence: 'GPL-3.0-or-later',
  packages: 'espeak-ng',

  async voices() {
    const [accents, variants] = [await listed('en'), await listed('variant')];
    const own = accents.filter((name) => !name.startsWith('mb/'));
    const named = variants.map((file) => file.replace(/^!v\//, '')).filter((name) => people.test(name));
    return own.flatMap((accent) => ['', ...named].map((variant) => (variant ? `${accent}+${variant}` : accent)));
  },

  speak(utterances, directory) {
    return parallel(utterances, async ({ text, voice, speed, pitch }: Utterance, i) => {
      const file = joinPath(directory, `espeak-${i}.wav`);
      const args = [
        ...['-v', voice],
        ...['-s', String(Math.round(usualSpeed * speed))],
        ...['-p', String(Math.max(0, Math.min(99, Math.round(usualPitch * pitch))))],
        ...['-w', file, '--', text],
      ];
      const result = await runProgram('espeak-ng', args, { milliseconds: 20_000 });
      return result?.code === 0 && (await kindOf(file)) === 'file' ? file : undefined;
    });
  },
};

/** Names of the voices of a language: the fourth column of its table holds a name, the fifth the file that `-v` takes as well. */
async function listed(language: string): Promise<string[]> {
  const result = await runProgram('espeak-ng', [`--voices=${language}`]);
  if (result?.code !== 0) return [];
  const lines = result.stdout.split('\n').slice(1);
  return lines.flatMap((line) => {
    const file = /^\s*\d+\s+\S+\s+\S+\s+\S+\s+(\S+)/.exec(line)?.[1];
    return file === undefined ? [] : [file];
  });
}
