import { breathe, joinPath, kindOf } from '#platform';
import { DataError } from '../errors.js';
import { findFile, readMaybeGzipped } from '../files.js';
import { parseMatrix } from '../matrix.js';
import { equallyLong, type Recorded } from '../recorded.js';
import type { Benchmark, Source } from '../source.js';
import { checksums } from './uci-har-checksums.js';

const get = 'fastgrnn data get uci-har fetches it; --data (or FASTGRNN_DATA) names the folder of data sets';

const channelNames = ['body_acc', 'body_gyro', 'total_acc'].flatMap((sensor) =>
  ['x', 'y', 'z'].map((axis) => `${sensor}_${axis}`),
);

/** UCI HAR: the raw inertial signals. Groups are the persons. */
export const uciHar: Benchmark = {
  description: {
    name: 'uci-har',
    title: 'Human activity recognition with a waist-worn smartphone, raw inertial signals at 50 Hz',
    origin: 'UCI Machine Learning Repository, data set 240',
    licence:
      "the archive's notice asks to cite the publication and forbids commercial use; the repository says CC BY 4.0",
    citation:
      'D. Anguita, A. Ghio, L. Oneto, X. Parra, J. L. Reyes-Ortiz. A public domain dataset for human activity recognition using smartphones. ESANN 2013.',
    split: 'the official one, by person: 21 in the training set, 9 in the test set',
    train: 7352,
    test: 2947,
    steps: 128,
    features: 9,
    classes: 6,
    get,
  },
  checksums,
  directory,
  load,
};

async function directory(dataDirectory: string | undefined): Promise<string | undefined> {
  if (dataDirectory === undefined) return undefined;
  for (const name of ['uci-har', 'UCI HAR Dataset']) {
    const folder = joinPath(dataDirectory, name);
    if ((await kindOf(folder)) === 'directory') return folder;
  }
  return undefined;
}

async function load(dataDirectory: string | undefined): Promise<Source> {
  const folder = await directory(dataDirectory);
  if (folder === undefined) {
    throw new DataError(
      dataDirectory === undefined
        ? `uci-har: no data folder was named; ${get}`
        : `uci-har: there is no ${joinPath(dataDirectory, 'uci-har')}; ${get}`,
    );
  }
  const classNames = await readClassNames(folder);
  return {
    classNames,
    channelNames,
    units: channelNames.map((name) => (name.startsWith('body_gyro') ? 'rad/s' : 'g')),
    train: await readPart(folder, 'train', classNames.length),
    test: await readPart(folder, 'test', classNames.length),
    notes: [],
  };
}

async function readClassNames(folder: string): Promise<string[]> {
  const [file, bytes] = await read(folder, 'activity_labels.txt');
  const lines = new TextDecoder().decode(bytes).trim().split(/\r?\n/);
  return lines.map((line, i) => {
    const match = /^\s*(\d+)\s+(\S+)\s*$/.exec(line);
    if (match === null || Number(match[1]) !== i + 1) {
      throw new DataError(`${file}, line ${i + 1}: "${line}" must be "${i + 1} NAME"`);
    }
    return match[2];
  });
}

async function readPart(folder: string, part: string, classes: number): Promise<Recorded> {
  const labels = await readIntegers(folder, `${part}/y_${part}.txt`, classes);
  const groups = await readIntegers(folder, `${part}/subject_${part}.txt`, 30);
  if (groups.length !== labels.length) {
    throw new DataError(
      `uci-har: ${labels.length} labels but ${groups.length} persons in ${joinPath(folder, part)}; fetch both again`,
    );
  }
  const count = labels.length;
  const features = channelNames.length;
  let steps = 0;
  let values = new Float64Array(0);
  // All at once: the host unpacks them on threads of its own.
  const files = await Promise.all(
    channelNames.map((name) => read(folder, `${part}/Inertial Signals/${name}_${part}.txt`)),
  );
  for (const [channel, [file, bytes]] of files.entries()) {
    const matrix = parseMatrix(bytes, file);
    if (channel === 0) {
      steps = matrix.columns;
      values = new Float64Array(count * steps * features);
    }
    if (matrix.rows !== count || matrix.columns !== steps) {
      throw new DataError(
        `${file}: ${matrix.rows} lines of ${matrix.columns} numbers, ${count} of ${steps} expected; fetch it again`,
      );
    }
    for (let i = 0; i < count * steps; i++) values[i * features + channel] = matrix.values[i];
    await breathe();
  }
  return equallyLong({ count, steps, channels: features }, values, {
    labels: labels.map((label) => label - 1),
    groups,
  });
}

/** One integer in [1, highest] a line. */
async function readIntegers(folder: string, name: string, highest: number): Promise<Int32Array> {
  const [file, bytes] = await read(folder, name);
  const { rows, columns, values } = parseMatrix(bytes, file);
  if (columns !== 1) throw new DataError(`${file}: ${columns} numbers a line, one expected; fetch it again`);
  const wrong = values.findIndex((value) => !Number.isInteger(value) || value < 1 || value > highest);
  if (wrong >= 0)
    throw new DataError(
      `${file}, number ${wrong + 1} of ${rows}: ${values[wrong]} must be an integer from 1 to ${highest}`,
    );
  return Int32Array.from(values);
}

async function read(folder: string, name: string): Promise<[string, Uint8Array]> {
  const file = await findFile(folder, name);
  if (file === undefined)
    throw new DataError(`uci-har: ${joinPath(folder, name)} is missing, plain or with .gz; ${get}`);
  return [file, await readMaybeGzipped(file)];
}
