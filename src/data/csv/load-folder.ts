import { readFile } from '#platform';
import { Random } from '../../math/index.js';
import { DataError } from '../errors.js';
import { equallyLong, type Recorded } from '../recorded.js';
import type { DataSettings, Source } from '../source.js';
import { divideRecordings, splitStreams } from '../splits.js';
import { listRecordings, type RecordingFile } from './folder.js';
import { parseRecording, type Recording } from './parse-recording.js';

/**
 * Reads a folder of CSV recordings (see `listRecordings` for its layout). Without `train/` and `test/` folders the test
 * set is drawn by `data.test` and `data.validationBy`, always the same one: the recipe's seed doesn't change it.
 *
 * @throws DataError that names file, line and column
 */
export async function loadFolder(root: string, settings: DataSettings): Promise<Source> {
  const folder = await listRecordings(root);
  const classNames = [...new Set(folder.train.map((file) => file.className))].sort(byCodeUnit);
  if (classNames.length < 2) {
    throw new DataError(`${root} has one class alone, ${classNames[0]}; there must be two at least, a subfolder each`);
  }
  const stray = folder.test?.find((file) => !classNames.includes(file.className));
  if (stray)
    throw new DataError(
      `${stray.path}: the class ${stray.className} has no training recordings; add some or take it out`,
    );

  const files = [...folder.train, ...(folder.test ?? [])];
  const recordings: Recording[] = [];
  for (const { path } of files) {
    const recording = parseRecording(await readFile(path), path);
    checkAlike(recording, recordings[0] ?? recording);
    recordings.push(recording);
  }
  const { labels, groups } = labelsOf(files, classNames);
  const indices = Array.from(files, (_, recording) => ({ recording }));
  const parts = folder.test
    ? { kept: indices.slice(0, folder.train.length), apart: indices.slice(folder.train.length) }
    : divideRecordings(
        recordings.map(({ steps }) => steps),
        { labels, groups },
        { fraction: settings.test, by: settings.validationBy, random: new Random(0, splitStreams.test) },
      );
  const part = (chosen: readonly { recording: number }[]): Recorded => {
    const { steps, features } = recordings[0];
    const values = new Float64Array(chosen.length * steps * features);
    chosen.forEach(({ recording }, i) => values.set(recordings[recording].values, i * steps * features));
    return equallyLong({ count: chosen.length, steps, channels: features }, values, {
      labels: Int32Array.from(chosen, ({ recording }) => labels[recording]),
      groups: groups && Int32Array.from(chosen, ({ recording }) => groups[recording]),
    });
  };
  if (parts.apart.length === 0)
    throw new DataError(`${root}: no class has two recordings, so there are none for a test set; record more`);

  const { features, header } = recordings[0];
  return {
    classNames,
    channelNames: Array.from({ length: features }, (_, i) => header?.[i] || `channel ${i}`),
    units: new Array<string>(features).fill('as recorded'),
    train: part(parts.kept),
    test: part(parts.apart),
    testDrawn: folder.test === undefined,
    notes: [
      folder.test
        ? 'test set: the folder test'
        : `test set: ${settings.test} of the recordings, by ${settings.validationBy}`,
      ...(folder.passedOver > 0 ? [`files with other endings, passed over: ${folder.passedOver}`] : []),
    ],
  };
}

/** All recordings must have the same length and channels. */
function checkAlike(recording: Recording, first: Recording): void {
  const { file, steps, features, header } = recording;
  if (features !== first.features) {
    throw new DataError(
      `${file} has ${features} columns, ${first.file} has ${first.features}; all recordings need the same channels`,
    );
  }
  if (steps !== first.steps) {
    throw new DataError(
      `${file} has ${steps} rows, ${first.file} has ${first.steps}; recordings of different lengths can't be mixed: cut or pad all to one length`,
    );
  }
  if ((header === undefined) !== (first.header === undefined)) {
    const [without, other] = header === undefined ? [file, first.file] : [first.file, file];
    throw new DataError(
      `${without} begins with numbers, ${other} with names or words (row 1); give all recordings a header, or none`,
    );
  }
  const differs = header?.findIndex((name, i) => name !== first.header?.[i]) ?? -1;
  if (differs >= 0) {
    throw new DataError(
      `${file}, column ${differs + 1} is "${header?.[differs]}", in ${first.file} "${first.header?.[differs]}"; all recordings need the same channels in the same order`,
    );
  }
}

function labelsOf(files: readonly RecordingFile[], classNames: readonly string[]) {
  const groupNames = [...new Set(files.flatMap(({ group }) => group ?? []))].sort(byCodeUnit);
  const grouped = files.filter(({ group }) => group !== undefined).length;
  if (grouped > 0 && grouped < files.length) {
    const without = files.find(({ group }) => group === undefined);
    throw new DataError(
      `${without?.path} is in no group, others are; move it into a subfolder for its person or device`,
    );
  }
  return {
    labels: Int32Array.from(files, ({ className }) => classNames.indexOf(className)),
    groups: grouped > 0 ? Int32Array.from(files, ({ group }) => groupNames.indexOf(group ?? '')) : undefined,
  };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
