import { DataError } from './errors.js';
import { medianStep, rateOf } from './formats/time.js';
import { titleOf, type Recording } from './recording.js';

/** A gap of more than so many steps, the longer of the recording's own and the new ones, is a pause: nothing is made up there. */
export const longestBridge = 10;

/** Times that are nowhere farther than this from the grid, in steps, count as being on it. */
const onGrid = 0.05;

/** What became of one recording. */
export interface Resampled {
  /** One, or the pieces between pauses; pieces of a single step are left out. */
  readonly recordings: readonly Recording[];
  /** Whether values were interpolated. */
  readonly changed: boolean;
}

/**
 * A recording at `rate` steps a second. Values are interpolated linearly between the two steps around each new one, labels
 * taken from the nearer of the two. A recording whose steps are at that rate already keeps its values. Nothing is filtered:
 * what moves faster than half the new rate should have been filtered before it was recorded.
 *
 * @throws DataError where the recording has neither time nor rate
 */
export function resampleTo(recording: Recording, rate: number): Resampled {
  const { steps } = recording;
  const times = timesOf(recording, rate);
  if (isOnGrid(times, rate)) return { recordings: [{ ...recording, rate }], changed: false };
  const pause = longestBridge * Math.max(1 / rate, medianStep(times));
  const pieces: Recording[] = [];
  let start = 0;
  for (let step = 1; step <= steps; step++) {
    if (step < steps && times[step] - times[step - 1] <= pause) continue;
    const piece = interpolate(recording, times, { start, end: step }, rate);
    if (piece.steps > 1) pieces.push(piece);
    start = step;
  }
  if (pieces.length === 0) {
    throw new DataError(
      `${titleOf(recording)} has pauses of more than ${longestBridge} steps everywhere, so that nothing can be resampled to ${rate} steps a second; choose a lower data.rate, or take the recording out`,
    );
  }
  const several = pieces.length > 1;
  const named = pieces.map((piece, i) => ({
    ...piece,
    name: several ? `${recording.name === undefined ? '' : `${recording.name}, `}piece ${i + 1}` : recording.name,
  }));
  return { recordings: named, changed: true };
}

function timesOf(recording: Recording, rate: number): Float64Array {
  const { time, rate: own, steps } = recording;
  if (time) return time;
  if (own) return Float64Array.from({ length: steps }, (_, step) => step / own);
  throw new DataError(
    `${titleOf(recording)} has no time, so that it can't be brought to ${rate} steps a second; name its column in data.time.column, or take data.rate out`,
  );
}

function isOnGrid(times: Float64Array, rate: number): boolean {
  return times.every((time, step) => Math.abs((time - times[0]) * rate - step) <= onGrid);
}

/** Steps [start, end) on a grid that begins at the first of them. */
function interpolate(
  recording: Recording,
  times: Float64Array,
  { start, end }: { readonly start: number; readonly end: number },
  rate: number,
): Recording {
  const { values, channelNames, stepLabels, targets } = recording;
  const width = channelNames.length;
  const steps = Math.floor((times[end - 1] - times[start]) * rate + 1e-6) + 1;
  const before = new Uint32Array(steps);
  const share = new Float64Array(steps);
  let at = start;
  for (let step = 0; step < steps; step++) {
    const time = times[start] + step / rate;
    while (at + 1 < end && times[at + 1] <= time) at++;
    before[step] = at;
    const length = at + 1 < end ? times[at + 1] - times[at] : 0;
    share[step] = length > 0 ? (time - times[at]) / length : 0;
  }
  const between = (from: ArrayLike<number>, columns: number) => {
    const result = new Float64Array(steps * columns);
    for (let step = 0; step < steps; step++) {
      const low = before[step] * columns;
      const high = share[step] > 0 ? low + columns : low;
      for (let c = 0; c < columns; c++) {
        result[step * columns + c] = from[low + c] + share[step] * (from[high + c] - from[low + c]);
      }
    }
    return result;
  };
  return {
    ...recording,
    steps,
    values: between(values, width),
    time: Float64Array.from({ length: steps }, (_, step) => times[start] + step / rate),
    rate,
    stepLabels: stepLabels && {
      ...stepLabels,
      indices: Int32Array.from(before, (low, step) => stepLabels.indices[low + (share[step] > 0.5 ? 1 : 0)]),
    },
    targets:
      targets?.every === 'step' ? { ...targets, values: between(targets.values, targets.names.length) } : targets,
  };
}

/** The rate of a recording: its own, or what its time shows. */
function recordedRate({ rate, time }: Recording): number | undefined {
  return rate ?? (time && rateOf(time)?.rate);
}

/** Rates that differ by no more than this are one: clocks are never quite right. */
const sameRate = 0.1;

/** Throws where recordings that know their rates have different ones. */
export function checkRates(recordings: readonly Recording[]): void {
  let first: { readonly title: string; readonly rate: number } | undefined;
  for (const recording of recordings) {
    const rate = recordedRate(recording);
    if (rate === undefined) continue;
    const title = titleOf(recording);
    if (first === undefined) first = { title, rate };
    else if (Math.abs(rate / first.rate - 1) > sameRate) {
      throw new DataError(
        `${title} has ${rate.toPrecision(3)} steps a second, ${first.title} has ${first.rate.toPrecision(3)}; set data.rate to bring all recordings to one rate`,
      );
    }
  }
}
