import type { Dataset } from '../data/index.js';
import { framesOf } from '../integer/index.js';
import { evenlySpread } from '../math/index.js';
import type { ValuePairs, WorstView } from '../report/index.js';
import {
  predictedClasses,
  predictedLabels,
  softmaxOf,
  worstSequences,
  type HeadShape,
  type Outputs,
  type SequenceLoss,
} from '../training/index.js';

/** How many of the worst sequences are shown. */
const shown = 8;

/** Points of a signal that a small plot can show. */
const mostPoints = 160;

/** The test sequences of the highest loss, with their signals in physical units. */
export function worstViews(outputs: Outputs, dataset: Dataset, shape: HeadShape): WorstView[] {
  return worstSequences(outputs, shown).map((worst) => {
    const { sequence, loss } = worst;
    const group = dataset.test.groups?.[sequence];
    return {
      sequence,
      ...(group === undefined ? {} : { group }),
      loss,
      ...(shape.output === 'every' ? everyStep(outputs, dataset, worst) : lastStep(outputs, dataset, worst.first)),
      ...signals(dataset, sequence),
    };
  });
}

type Said = Pick<WorstView, 'truth' | 'predicted' | 'confidence' | 'strips'>;

/** What is right and what was said of a sequence as a whole. */
function lastStep(outputs: Outputs, { classNames }: Dataset, row: number): Said {
  const { head, size, logits, labels, targets } = outputs;
  if (head === 'softmax') {
    const p = new Float64Array(size);
    softmaxOf(logits, row * size, p);
    const predicted = p.indexOf(Math.max(...p));
    return { truth: classNames[labels[row]], predicted: classNames[predicted], confidence: p[predicted] };
  }
  const own = (values: ArrayLike<number>) => Array.from({ length: size }, (_, l) => values[row * size + l]);
  if (head === 'regression') {
    const text = (values: number[]) => values.map((value) => Number(value.toPrecision(4))).join(', ');
    return { truth: text(own(targets ?? [])), predicted: text(own(logits)), confidence: null };
  }
  const names = (values: number[]) => classNames.filter((_, l) => values[l] === 1).join(', ') || 'none';
  return { truth: names(own(targets ?? [])), predicted: names(own(predictedLabels(outputs))), confidence: null };
}

/** How many of a sequence's steps were right, and both answers along it. */
function everyStep(outputs: Outputs, { classNames }: Dataset, { first, end }: SequenceLoss): Said {
  const { head, size, labels, targets, logits } = outputs;
  const steps = end - first;
  if (head === 'softmax') {
    const predicted = predictedClasses(outputs).subarray(first, end);
    const truth = labels.subarray(first, end);
    const right = truth.filter((label, t) => label === predicted[t]).length;
    const names = (classes: Int32Array) => [...new Set(classes)].map((k) => classNames[k]).join(', ');
    return {
      truth: names(truth),
      predicted: `${names(predicted)}; ${right} of ${steps} steps right`,
      confidence: null,
      strips: { truth: [...truth], predicted: [...predicted] },
    };
  }
  const [want, got] = head === 'regression' ? [targets ?? [], logits] : [targets ?? [], predictedLabels(outputs)];
  let right = 0;
  let error = 0;
  for (let i = first * size; i < end * size; i++) {
    if (want[i] === got[i]) right++;
    error += Math.abs(want[i] - got[i]);
  }
  return head === 'regression'
    ? {
        truth: `${steps} steps`,
        predicted: `mean error ${Number((error / steps / size).toPrecision(3))}`,
        confidence: null,
      }
    : { truth: `${steps} steps`, predicted: `${right} of ${steps * size} decisions right`, confidence: null };
}

/** A sequence's channels in physical units, thinned to what a small plot shows by means of equal parts. */
function signals(
  { test, lsb, channelNames, units }: Dataset,
  sequence: number,
): Pick<WorstView, 'frames' | 'channels'> {
  const { channels } = test;
  const frames = framesOf(test, sequence);
  const count = frames.length / channels;
  const points = Math.min(count, mostPoints);
  return {
    frames: count,
    channels: Array.from(channelNames, (name, c) => ({
      name,
      unit: units[c],
      values: Array.from({ length: points }, (_, p) => {
        const [start, stop] = [Math.floor((p * count) / points), Math.floor(((p + 1) * count) / points)];
        let sum = 0;
        for (let f = start; f < stop; f++) sum += frames[f * channels + c];
        return (lsb[c] * sum) / (stop - start);
      }),
    })),
  };
}

/** Points of a scatter. */
const mostPairs = 400;

/** Of each output what was to come out and what came out, evenly thinned. */
export function valuePairs({ rows, size, targets, logits }: Outputs, names: readonly string[]): ValuePairs[] {
  const chosen = Array.from(evenlySpread(rows, mostPairs));
  return Array.from({ length: size }, (_, l) => ({
    name: names[l],
    rows,
    truth: chosen.map((row) => targets?.[row * size + l] ?? NaN),
    predicted: chosen.map((row) => logits[row * size + l]),
  }));
}
