import { readFile } from '#platform';
import { StreamingDetector } from '../detector/index.js';
import { integerNetworkFrom, logitBits, type IntegerNetwork } from '../integer/light.js';
import { checkTensors, openModel, type ModelMetadata, type Tensor } from '../network/light.js';
import { powerOfTwo } from '../math/light.js';
import { floatLayers } from './float-cell.js';
import { integerCells } from './gated-cell.js';
import { EventStream } from './event-stream.js';
import { compileStep, RuntimeError } from './memory.js';
import { checkMetadata } from './metadata.js';
import { StackedCell } from './stacked-cell.js';
import { Stream } from './stream.js';

/** A model that is ready to run. */
export interface RuntimeModel {
  readonly kind: 'float' | 'integer';
  /** [classes], names of the classes, labels or values. */
  readonly classNames: readonly string[];
  /** D: values that the cell reads in a step (of tokens: the size of their embedding). */
  readonly inputSize: number;
  /** Values that `step` reads: D, or one token. */
  readonly stepInputs: number;
  readonly head: 'softmax' | 'sigmoid' | 'regression';
  readonly output: 'last' | 'every' | 'mean';
  /** Tokens of an embedding; 0 where inputs are numbers. */
  readonly vocabulary: number;
  /** A logit of 1 as the logits have it: 1 of a float model, 2^bits of an integer one. */
  readonly logitUnit: number;
  /** Everything that the file says of itself. */
  readonly metadata: ModelMetadata;
  /** A new stream, in a memory of its own. */
  stream(): Stream;
  /**
   * A new stream of events, of an integer model that has a detector (`metadata.detector`).
   *
   * @throws RuntimeError of another model
   */
  events(): EventStream;
  /**
   * Runs a sequence from a reset on and predicts. It is `steps` steps of `stepInputs` values, which begin at `start`; by default all.
   */
  classify(values: Int16Array | Float32Array, span?: { readonly start?: number; readonly steps?: number }): number;
}

/**
 * Reads a model file, float or integer: from its bytes, or from a URL (`file:` in Node, `http(s):` everywhere).
 *
 * @throws ModelFileError where it is cut short, changed, from a newer version or no model
 * @throws RuntimeError where the engine can't run it
 */
export async function loadModel(source: Uint8Array | ArrayBuffer | URL): Promise<RuntimeModel> {
  const path = source instanceof URL ? source.href : 'the model';
  const bytes = source instanceof URL ? await readFile(source.href) : new Uint8Array(source as ArrayBuffer);
  const opened = await openModel(bytes, path);
  const metadata = checkMetadata(opened.metadata, path);
  checkTensors(metadata, opened.tensors, path);
  const module = await compileStep();
  const { architecture, features, input } = metadata;
  const { inputSize, vocabulary } = architecture;
  const stepInputs = vocabulary > 0 ? 1 : inputSize;
  const inputs = {
    stepInputs,
    lsb: vocabulary > 0 ? [] : input.lsb,
    stack: vocabulary > 0 ? { frames: 1, stride: 1 } : (features.stack ?? { frames: 1, stride: 1 }),
  };
  const network =
    metadata.kind === 'integer' ? integerNetworkFrom(architecture, metadata.integer ?? {}, opened.tensors) : undefined;
  const stream = () => new Stream(cellOf(module, metadata, opened.tensors, network), inputs);
  let own: Stream | undefined;
  return {
    kind: metadata.kind,
    classNames: metadata.classNames,
    inputSize,
    stepInputs,
    head: architecture.head,
    output: architecture.output,
    vocabulary,
    logitUnit: network ? powerOfTwo(logitBits(network)) : 1,
    metadata,
    stream,
    events() {
      const { detector } = metadata;
      if (!network || !detector) {
        throw new RuntimeError(
          `${path} has no detector; a recipe with the section detector gives its integer model one`,
        );
      }
      const cell = () => cellOf(module, metadata, opened.tensors, network);
      return new EventStream(new StreamingDetector(detector, network.classes, cell), inputs);
    },
    classify(values, { start = 0, steps = Math.floor((values.length - start) / stepInputs) } = {}) {
      own ??= stream();
      own.reset();
      for (let t = 0; t < steps; t++) own.step(values, start + t * stepInputs);
      return own.predict();
    },
  };
}

function cellOf(
  module: WebAssembly.Module,
  metadata: ModelMetadata,
  tensors: readonly Tensor[],
  network: IntegerNetwork | undefined,
) {
  const { architecture, features } = metadata;
  const spread = (values: readonly number[]) =>
    Array.from({ length: architecture.inputSize }, (_, i) => values[i % values.length]);
  const affine = { centre: spread(features.centre), scale: spread(features.scale) };
  const layers = network ? integerCells(module, network) : floatLayers(module, architecture, tensors, affine);
  return layers.length === 1 ? layers[0] : new StackedCell(layers);
}
