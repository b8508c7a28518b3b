import { kindOf, readFile, removeFile, writeFile } from '#platform';
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

/** How far a run's trainings are: the finished ones, and the state of the one at hand. */
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
  await writeFile(path, encodeSafetensors(tensors, { checkpoint: text }));
}

function vector(name: string, data: Float32Array): Tensor {
  return { name, dtype: 'F32', shape: [data.length], data };
}

/** The checkpoint of the same run, or undefined: there is none, it belongs to another run, or it is damaged. */
export async function loadCheckpoint(path: string, identity: string): Promise<Checkpoint | undefined> {
  if ((await kindOf(path)) !== 'file') return undefined;
  try {
    const file = decodeSafetensors(await readFile(path), path);
    const saved = JSON.parse(file.metadata.checkpoint ?? '{}') as Checkpoint & { identity?: string };
    if (saved.identity !== identity) return undefined;
    const tensor = (name: string) => file.tensors.find((t) => t.name === name)?.data as Float32Array;
    const { finished, seconds, state } = saved;
    if (!state) return { finished, seconds, state: undefined };
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
  } catch (error) {
    if (error instanceof ModelFileError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function removeCheckpoint(path: string): Promise<void> {
  await removeFile(path);
}
