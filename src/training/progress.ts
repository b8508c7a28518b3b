import { now } from '#platform';
import type { TrainingState } from './state.js';
import type { TrainingTask } from './task.js';

/** How far a training is. */
export interface Progress {
  /** Finished epochs, with a fraction. */
  readonly epochs: number;
  /** Epochs to run in all, those before a resumption among them. */
  readonly totalEpochs: number;
  readonly stage: string;
  /** Mean loss of the last batch. */
  readonly loss: number;
  /** NaN as long as nothing is known of the speed. */
  readonly secondsLeft: number;
  /** Sequences a second whose gradient is taken; NaN as long as nothing is known. */
  readonly sequencesPerSecond: number;
}

/** How often other work of this thread (signals, timers) gets its turn, in milliseconds. */
const breathEvery = 100;

/** Returns a function that reports at most every `breathEvery` milliseconds and says whether it did. */
export function progressReporter(
  task: TrainingTask,
  state: TrainingState,
  report: ((progress: Progress) => void) | undefined,
): (epochs: number, loss: number) => boolean {
  const totalEpochs = task.stages.reduce((sum, stage) => sum + stage.stopAfter, 0);
  let first: { at: number; epochs: number } | undefined;
  let last = 0;
  return (epochs: number, loss: number): boolean => {
    const at = now();
    first ??= { at, epochs };
    if (at - last < breathEvery) return false;
    last = at;
    const speed = (epochs - first.epochs) / (at - first.at);
    const secondsLeft = speed > 0 ? (totalEpochs - epochs) / speed / 1000 : NaN;
    const sequencesPerSecond = speed > 0 ? speed * 1000 * task.trainRows.length : NaN;
    const stage = task.stages[state.stage]?.name ?? '';
    report?.({ epochs, totalEpochs, stage, loss, secondsLeft, sequencesPerSecond });
    return true;
  };
}
