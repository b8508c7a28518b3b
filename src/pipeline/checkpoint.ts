import { kindOf, readFile, sha256, writeFile } from '#platform';
import { decodeSafetensors, encodeSafetensors, ModelFileError, type Tensor } from '../network/index.js';
import type { EpochRecord, TrainingState } from '../training/index.js';

/** A training that is done: one of a run's phases. */
export interface FinishedPhase {
  readonly name: string;
  readonly history: readonly EpochRecord[];
  /** For each stage the epoch whose weights went on. */
  readonly chosenEpochs: readonly number[];
  readonly seconds: number;
  readonly backend: string;
  readonly workers: number;
}

/** How far a run's trainings are: the finished ones, and the state of the one at hand, or of the last when all are done. */
export interface Checkpoint {
  readonly finished: readonly FinishedPhase[];
  readonly state: TrainingState | undefined;
  /** Seconds spent so far on the training at hand. */
  readonly seconds: number;
}

const vectors = ['parameters', 'first', 'second', 'support'] as const;

/**
 * Saves a checkpoint under a temporary name, then renames: a kill at any moment leaves the last whole one.
 *
 * @param identity what the run is of: recipe, data, seed, version; another run's checkpoint is never taken up
 */
export async function saveCheckpoint(path: string, identity: string, checkpoint: Checkpoint): Promise<void> {
  const { state, ...rest } = checkpoint;
  const tensors: Tensor[] = [];
  let scalars: object | undefined;
  if (state) {
    const { parameters, first, second, support, best, ...others } = state;
    const all = { parameters, first, second, support };
    for (const name of vectors) tensors.push(vector(name, all[name]));
    if (best) {
      const { parameters: bestParameters, support: bestSupport, ...score } = best;
      tensors.push(vector('best.parameters', bestParameters), vector('best.support', bestSupport));
      scalars = { ...others, best: score };
    } else scalars = others;
  }
  const text = JSON.stringify({ identity, ...rest, state: scalars });
  const hash = await sha256(encodeSafetensors(tensors, { checkpoint: text }));
  await writeFile(path, encodeSafetensors(tensors, { checkpoint: text, sha256: hash }));
}

function vector(name: string, data: Float32Array): Tensor {
  return { name, dtype: 'F32', shape: [data.length], data };
}

/** The checkpoint of the same run, or undefined: there is none, it belongs to another run, or it is damaged. */
export async function loadCheckpoint(path: string, identity: string): Promise<Checkpoint | undefined> {
  if ((await kindOf(path)) !== 'file') return undefined;
  const content = await wholeContent(path);
  if (content === undefined) return undefined;
  const saved = JSON.parse(content.text) as Checkpoint & { identity: string };
  if (saved.identity !== identity) return undefined;
  const { finished, seconds, state } = saved;
  if (!state) return { finished, seconds, state: undefined };
  const tensor = (name: string) => content.tensors.find((t) => t.name === name)?.data as Float32Array;
  const best = state.best && {
    ...state.best,
    parameters: tensor('best.parameters'),
    support: tensor('best.support'),
  };
  const arrays = Object.fromEntries(vectors.map((name) => [name, tensor(name)])) as Pick<
    TrainingState,
    (typeof vectors)[number]
  >;
  return { finished, seconds, state: { ...state, ...arrays, best } };
}

/** What a checkpoint file holds; undefined where its hash says that it isn't as it was written. */
async function wholeContent(path: string): Promise<{ text: string; tensors: readonly Tensor[] } | undefined> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
    const { checkpoint: text = '', sha256: hash } = metadata;
    const actual = await sha256(encodeSafetensors(tensors, { checkpoint: text }));
    return actual === hash ? { text, tensors } : undefined;
  } catch (error) {
    if (error instanceof ModelFileError) return undefined;
    throw error;
  }
}
