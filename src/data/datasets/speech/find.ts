import { joinPath, kindOf } from '#platform';
import { DataError } from '../../errors.js';
import type { DataSettings } from '../../source.js';
import type { SpeechChoice, SpeechLayout } from './layout.js';
import { packedLayout } from './packed.js';
import { unpackedLayout } from './unpacked.js';

export const getSpeech =
  'fastgrnn data get speech-commands fetches it; --data (or FASTGRNN_DATA) names the folder of data sets';

const layouts: readonly SpeechLayout[] = [packedLayout, unpackedLayout];

/** The folder of Speech Commands, how it is laid out, and what of it is read. */
export interface FoundSpeech {
  readonly folder: string;
  readonly layout: SpeechLayout;
  readonly choice: SpeechChoice;
}

/** Where Speech Commands lies in the folder of data sets; undefined where it isn't there. */
export async function speechDirectory(
  dataDirectory: string | undefined,
  version?: DataSettings['version'],
): Promise<string | undefined> {
  if (dataDirectory === undefined) return undefined;
  const all = ['speech-commands', 'speech_commands_v0.02', 'speech_commands_v0.01'];
  for (const name of version === undefined ? all : [`speech_commands_${version}`]) {
    const folder = joinPath(dataDirectory, name);
    if ((await kindOf(folder)) === 'directory') return folder;
  }
  return undefined;
}

/** @throws DataError where the folder is missing, unknown, or has too few clips for the classes */
export async function findSpeech(
  dataDirectory: string | undefined,
  { classes = 'google12', subset = 'all', version }: Pick<DataSettings, 'classes' | 'subset' | 'version'>,
): Promise<FoundSpeech> {
  const folder = await speechDirectory(dataDirectory, version);
  if (folder === undefined) {
    throw new DataError(
      dataDirectory === undefined
        ? `speech-commands: no data folder was named; ${getSpeech}`
        : `speech-commands: there is no ${joinPath(dataDirectory, version === undefined ? 'speech-commands' : `speech_commands_${version}`)}; ${getSpeech}`,
    );
  }
  for (const layout of layouts) {
    if (!(await layout.isThere(folder))) continue;
    if (layout.classes.includes(classes)) return { folder, layout, choice: { classes, subset } };
    throw new DataError(
      `data.classes: ${classes}, but ${folder} has clips for ${layout.classes.join(', ')} alone; ${getSpeech}`,
    );
  }
  throw new DataError(`speech-commands: ${folder} holds neither archives nor the unpacked words; ${getSpeech}`);
}
