import type * as api from '../../src/index.js';
import type * as runtimeApi from '../../src/runtime/index.js';

/** What a host makes of the same task; bytes in base64, floats by their bits. */
export interface Outcome {
  readonly losses: readonly number[];
  readonly parameters: string;
  readonly floatFile: string;
  readonly integerFile: string;
  readonly sources: Record<string, string>;
  readonly accuracies: readonly number[];
  /** Of the runtime, after every step. */
  readonly floatLogits: string;
  readonly integerLogits: readonly number[];
  readonly predictions: readonly number[];
  /** Of a loop of one's own. */
  readonly ownLoop: string;
}

export interface Settings {
  readonly workers: number;
  /** Where the kernels are, if not beside the package. */
  readonly wasm?: Uint8Array | URL | string;
}

const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const bits = (values: Float32Array) => base64(new Uint8Array(values.slice().buffer));

/** From arrays to C, in any host: training with thresholding, conversion, export, streams, a loop of one's own. */
export async function scenario(
  { convert, evaluate, exportC, FastGRNN, Random, train }: typeof api,
  { loadModel }: typeof runtimeApi,
  settings: Settings,
): Promise<Outcome> {
  const kernels = settings.wasm === undefined ? {} : { wasm: settings.wasm };
  const random = new Random(1);
  const labels = Array.from({ length: 120 }, (_, i) => ['falling', 'rising', 'still'][i % 3]);
  const slopes: Record<string, number> = { falling: -0.05, rising: 0.05, still: 0 };
  const sequences = labels.map((label) =>
    Array.from({ length: 12 }, (_, t) => [slopes[label] * t + 0.1 * random.normal(), random.normal()]),
  );
  const { model, dataset, history } = await train({
    ...{ sequences, labels, channelNames: ['slope', 'noise'], units: ['V', 'V'] },
    network: { hiddenSize: 9, wRank: 2, uRank: 4, gate: 'sigmoid', update: 'tanh' },
    training: { epochs: [3, 3, 2], batchSize: 32, learningRate: 0.02 },
    compression: { wSparsity: 0.8, uSparsity: 0.5 },
    workers: settings.workers,
    ...kernels,
  });
  const integer = convert(model);
  const network = await FastGRNN.from(model, kernels);
  const optimiser = network.optimiser({ learningRate: 0.01 });
  const inputs = Float32Array.from({ length: 4 * 12 * 2 }, () => random.normal());
  for (let i = 0; i < 5; i++) {
    network.lossAndGradient({ steps: 12, inputs, labels: [0, 1, 2, 0] });
    optimiser.step();
  }

  const files = [await (await FastGRNN.from(model, kernels)).save(), await integer.save()];
  const frames = Int16Array.from(sequences[1].flat(), (value) => Math.round(value / dataset.lsb[0]));
  const [float, whole] = await Promise.all(files.map(async (file) => (await loadModel(file)).stream()));
  const floatLogits = new Float32Array(3 * 12);
  const integerLogits: number[] = [];
  const predictions: number[] = [];
  for (let t = 0; t < 12; t++) {
    const frame = frames.subarray(2 * t, 2 * t + 2);
    float.push(frame);
    whole.push(frame);
    floatLogits.set(float.logits(), 3 * t);
    integerLogits.push(...whole.logits());
    predictions.push(float.predict(), whole.predict());
  }
  const evaluations = [await evaluate(model, dataset.test, kernels), await evaluate(integer, dataset.test)];
  return {
    losses: history.map(({ loss }) => loss),
    parameters: bits(model.parameters),
    floatFile: base64(files[0]),
    integerFile: base64(files[1]),
    sources: exportC(integer, { prefix: 'slope' }),
    accuracies: evaluations.map(({ test }) => test),
    floatLogits: bits(floatLogits),
    integerLogits,
    predictions,
    ownLoop: bits(network.parameters),
  };
}
