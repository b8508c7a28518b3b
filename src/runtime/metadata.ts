import { filterCorners, soundKinds, windowShapes } from '../recipe/light.js';
import { NONLINEARITIES } from '../kernels/light.js';
import { CELLS, ModelFileError, RECURRENCES, type ModelMetadata } from '../network/light.js';

type Facts = Record<string, unknown>;

/**
 * The metadata of a whole model file, as far as running it depends on them. The hash was right, so they are what a `fastgrnn`
 * wrote; what is checked here is that it wrote nothing that this version doesn't know.
 */
export function checkMetadata(metadata: Facts, path: string): ModelMetadata {
  const fail = (field: string, value: unknown, expected: string): never => {
    throw new ModelFileError(
      `${path}: the metadata field ${field} is ${JSON.stringify(value)}, must be ${expected}; update fastgrnn or make the file again`,
    );
  };
  const map = (holder: Facts, field: string): Facts => {
    const value = holder[field];
    return typeof value === 'object' && value !== null ? (value as Facts) : fail(field, value, 'a map');
  };
  const oneOf = (holder: Facts, field: string, ...names: readonly string[]) => {
    if (!names.includes(holder[field] as string)) fail(field, holder[field], `one of ${names.join(', ')}`);
  };
  const numbers = (holder: Facts, field: string, ...lengths: readonly number[]) => {
    const value = holder[field];
    if (!Array.isArray(value) || !lengths.includes(value.length) || !value.every((v) => Number.isFinite(v))) {
      fail(field, value, `a list of ${lengths.join(' or ')} numbers`);
    }
  };
  oneOf(metadata, 'kind', 'float', 'integer');
  const architecture = map(metadata, 'architecture');
  oneOf(architecture, 'cell', ...CELLS);
  oneOf(architecture, 'gate', ...NONLINEARITIES);
  oneOf(architecture, 'update', ...NONLINEARITIES);
  oneOf(architecture, 'residual', 'free', 'tied', 'fixed');
  if (architecture['recurrence'] !== undefined) oneOf(architecture, 'recurrence', ...RECURRENCES);
  oneOf(architecture, 'head', 'softmax', 'sigmoid', 'regression');
  oneOf(architecture, 'output', 'last', 'every', 'mean');
  if (architecture['recurrence'] === 'EURNN') {
    throw new ModelFileError(
      `${path}: the network is an EURNN, and this runtime has no complex units; run it by the training engine, or train one with network.recurrence oRNN`,
    );
  }
  if (architecture['bidirectional'] === true) {
    throw new ModelFileError(
      `${path}: the network reads each sequence from its end too (bidirectional), so it can't run step by step; evaluate it on whole sequences, or train one with network.bidirectional false`,
    );
  }
  const { inputSize, vocabulary, classes } = architecture as Record<string, number>;
  const names = metadata['classNames'];
  if (!Array.isArray(names) || names.length !== classes) fail('classNames', names, `${classes} names`);
  const features = map(metadata, 'features');
  const { frames, stride } = (features['stack'] ?? { frames: 1, stride: 1 }) as Record<string, number>;
  if (!(frames >= 1 && stride >= 1 && (vocabulary > 0 || inputSize % frames === 0))) {
    fail('features.stack', features['stack'], `frames that divide ${inputSize}, and a stride`);
  }
  if (features['sound'] !== undefined) {
    const sound = map(features, 'sound');
    oneOf(sound, 'kind', ...soundKinds);
    oneOf(sound, 'shape', ...windowShapes);
    oneOf(sound, 'corners', ...filterCorners);
  }
  if (vocabulary === 0) {
    const channels = inputSize / frames;
    numbers(features, 'centre', 1, channels, inputSize);
    numbers(features, 'scale', (features['centre'] as number[]).length);
    numbers(map(metadata, 'input'), 'lsb', channels, inputSize);
  }
  if (architecture['head'] === 'regression') {
    numbers(map(metadata, 'outputs'), 'centre', classes);
    numbers(map(metadata, 'outputs'), 'scale', classes);
  }
  return metadata as unknown as ModelMetadata;
}
