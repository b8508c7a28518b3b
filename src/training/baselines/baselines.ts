import { ln, Random, sigmoid } from '../../math/index.js';
import { predictedClasses, softmaxOf } from '../metrics/index.js';
import { rowsAt, someRows, type LabelledRows } from '../rows.js';
import { fitLogistic, linearScores, type LinearModel, type Table } from './logistic.js';
import { nearestRows } from './nearest.js';
import { fitRidge, meansOf } from './ridge.js';
import { shapeTable, standardise, summaryTable, tokenTable } from './tables.js';

/** What a simple method says of the test rows. */
export interface BaselinePrediction {
  readonly name: string;
  /** What it saw and on how much of the data. */
  readonly note: string;
  /** Softmax: the class of each row. [rows] */
  readonly classes?: Int32Array;
  /** Sigmoid: 1 or 0. [rows][L] */
  readonly labels?: Uint8Array;
  /** Regression, in physical units. [rows][L] */
  readonly values?: Float64Array;
}

/** What baselines learn from and are tested on. Test rows are read to be predicted, and for nothing else. */
export interface BaselineTask {
  /** To fit with while C is chosen. */
  readonly train: LabelledRows;
  /** To choose C by; without rows it is 1. */
  readonly validation: LabelledRows;
  /** To fit with for the test: the training rows, those of validation among them where the network was trained on them, too. */
  readonly all: LabelledRows;
  readonly test: LabelledRows;
  /** The vocabulary where inputs are tokens; 0 where they are numbers. */
  readonly tokens?: number;
}

/** Values of scikit-learn's C: the larger, the less regularised. */
const candidates = [0.01, 0.1, 1, 10, 100] as const;

/** Rows that a linear model is fitted with, at most; fewer where columns and classes are many. */
const mostRows = 10_000;
const leastRows = 500;
const mostWork = 2_000_000;

/** While C is chosen, fits needn't be exact, and each begins where the one before ended. */
const rough = { tolerance: 1e-3, iterations: 50 };

/** Numbers of a table of token counts, at most. */
const mostCounts = 2e7;

/** Training rows that nearest neighbours are looked for among, at most, and the multiplications in all. */
const mostReferences = 500;
const leastReferences = 50;
const mostDistances = 1e9;

/** Numbers that a sequence is compared by. */
const shapeSize = 256;

const subsetStream = 3002;

/**
 * Simple methods that a recurrent network has to beat. Softmax: the majority class, logistic regression, the nearest
 * neighbour. Sigmoid: the majority of each label, logistic regression. Regression: the mean, ridge regression. The same data
 * give the same predictions. On long data they see a part of the training rows, evenly spread, which their notes tell.
 */
export function predictBaselines(task: BaselineTask): BaselinePrediction[] {
  if (task.all.rows === 0) return [];
  if (task.tokens) return tokenBaselines(task, task.tokens);
  switch (task.test.head) {
    case 'softmax':
      return [majorityClass(task), logisticClasses(task), nearestNeighbour(task)];
    case 'sigmoid':
      return [majorityLabels(task), logisticLabels(task)];
    case 'regression':
      return [meanValues(task), ridge(task)];
  }
}

/** Of tokens, how often each is in a sequence, as long as such tables stay small. */
function tokenBaselines(task: BaselineTask, tokens: number): BaselinePrediction[] {
  const small = tokens * task.test.rows <= mostCounts;
  switch (task.test.head) {
    case 'softmax':
      return [majorityClass(task), ...(small ? [logisticClasses(task)] : [])];
    case 'sigmoid':
      return [majorityLabels(task), ...(small ? [logisticLabels(task)] : [])];
    case 'regression':
      return [meanValues(task), ...(small ? [ridge(task)] : [])];
  }
}

function majorityClass({ all, test }: BaselineTask): BaselinePrediction {
  const counts = new Float64Array(all.size);
  for (const label of all.labels) counts[label]++;
  const most = counts.indexOf(counts.reduce((a, b) => Math.max(a, b), 0));
  return {
    name: 'majority class',
    note: 'always the most frequent class',
    classes: new Int32Array(test.rows).fill(most),
  };
}

function majorityLabels({ all, test }: BaselineTask): BaselinePrediction {
  const rates = meansOf(all.targets ?? [], all.size);
  const labels = Uint8Array.from({ length: test.rows * test.size }, (_, i) => (rates[i % test.size] > 0.5 ? 1 : 0));
  return { name: 'majority of each label', note: 'each label as most rows have it', labels };
}

function meanValues({ all, test }: BaselineTask): BaselinePrediction {
  const means = meansOf(all.targets ?? [], all.size);
  const values = Float64Array.from({ length: test.rows * test.size }, (_, i) => means[i % test.size]);
  return { name: 'mean', note: 'always the mean of the training targets', values };
}

/** The parts of a task as standardised tables. */
function summaries(task: BaselineTask, perRow: number) {
  const most = Math.max(leastRows, Math.min(mostRows, Math.floor(mostWork / perRow)));
  const [train, validation, all] = [
    someRows(task.train, most),
    someRows(task.validation, most),
    someRows(task.all, most),
  ];
  const { tokens = 0 } = task;
  const table = (rows: LabelledRows) => (tokens > 0 ? tokenTable(rows, tokens) : summaryTable(rows));
  const [first, second] = standardise(table(train), table(validation));
  const [third, fourth] = standardise(table(all), table(task.test));
  const every = task.test.output === 'every';
  const plain = every ? 'the values of the step alone' : 'mean and deviation of each channel';
  const what = tokens === 0 ? plain : every ? 'the token of the step alone' : 'the share of each token';
  const share = all.rows < task.all.rows ? `, fitted to ${all.rows} of ${task.all.rows} training rows` : '';
  return {
    train,
    validation,
    all,
    tables: { train: first, validation: second, all: third, test: fourth },
    what,
    share,
  };
}

/** The C of the least loss on validation, of equals the more regularised; 1 without validation rows. */
function chooseC(hasValidation: boolean, loss: (c: number) => number): number {
  if (!hasValidation) return 1;
  let chosen = { c: 1, loss: Infinity };
  for (const c of candidates) {
    const value = loss(c);
    if (value < chosen.loss) chosen = { c, loss: value };
  }
  return chosen.c;
}

function columnsOf({ test: { from, output }, tokens = 0 }: BaselineTask): number {
  if (tokens > 0) return tokens;
  return output === 'every' ? from.features : 2 * from.channels;
}

function logisticClasses(task: BaselineTask): BaselinePrediction {
  const { size } = task.test;
  const { train, validation, all, tables, what, share } = summaries(task, columnsOf(task) * size);
  let start: LinearModel | undefined;
  const c = chooseC(validation.rows > 0, (candidate) => {
    start = fitLogistic(tables.train, train.labels, size, candidate, { ...rough, ...(start ? { start } : {}) });
    return crossEntropy(start, tables.validation, validation.labels);
  });
  const model = fitLogistic(tables.all, all.labels, size, c);
  const logits = linearScores(model, tables.test);
  const classes = predictedClasses({ rows: task.test.rows, size, logits });
  return { name: 'logistic regression', note: `on ${what}; C ${c}${share}`, classes };
}

function crossEntropy(model: LinearModel, table: Table, labels: Int32Array): number {
  const scores = linearScores(model, table);
  const p = new Float64Array(model.classes);
  let loss = 0;
  for (let row = 0; row < table.rows; row++) {
    softmaxOf(scores, row * model.classes, p);
    loss -= ln(Math.max(1e-15, p[labels[row]]));
  }
  return loss;
}

function logisticLabels(task: BaselineTask): BaselinePrediction {
  const { size } = task.test;
  const { train, validation, all, tables, what, share } = summaries(task, columnsOf(task) * size * 2);
  const column = ({ targets, rows }: LabelledRows, l: number) =>
    Int32Array.from({ length: rows }, (_, row) => targets?.[row * size + l] ?? 0);
  const c = chooseC(validation.rows > 0, (candidate) => {
    let loss = 0;
    for (let l = 0; l < size; l++) {
      const model = fitLogistic(tables.train, column(train, l), 2, candidate, rough);
      loss += crossEntropy(model, tables.validation, column(validation, l));
    }
    return loss;
  });
  const labels = new Uint8Array(task.test.rows * size);
  for (let l = 0; l < size; l++) {
    const scores = linearScores(fitLogistic(tables.all, column(all, l), 2, c), tables.test);
    for (let row = 0; row < task.test.rows; row++) {
      labels[row * size + l] = sigmoid(scores[2 * row + 1] - scores[2 * row]) > 0.5 ? 1 : 0;
    }
  }
  return { name: 'logistic regression', note: `one a label, on ${what}; C ${c}${share}`, labels };
}

function ridge(task: BaselineTask): BaselinePrediction {
  const { size } = task.test;
  const { train, validation, all, tables, what, share } = summaries(task, columnsOf(task) * (columnsOf(task) + size));
  const fit = (table: Table, { targets, rows }: LabelledRows, c: number) =>
    fitRidge(table, targets ?? [], size, (0.001 * rows) / c);
  const c = chooseC(validation.rows > 0, (candidate) => {
    const values = linearScores(fit(tables.train, train, candidate), tables.validation);
    return values.reduce((sum, value, i) => sum + squared(value - (validation.targets?.[i] ?? 0)), 0);
  });
  const values = linearScores(fit(tables.all, all, c), tables.test);
  return { name: 'ridge regression', note: `on ${what}; strength ${0.001 / c} a row${share}`, values };
}

function nearestNeighbour({ all, test }: BaselineTask): BaselinePrediction {
  const points = Math.min(32, Math.max(4, Math.floor(shapeSize / all.from.channels)));
  const columns = test.output === 'every' ? all.from.features : points * all.from.channels;
  const affordable = Math.floor(mostDistances / (columns * Math.max(1, test.rows)));
  const most = Math.min(mostReferences, Math.max(leastReferences, affordable));
  const references = ofEachClass(all, most);
  const [near, far] = standardise(shapeTable(references, points), shapeTable(test, points));
  const classes = Int32Array.from(nearestRows(near, far), (row) => references.labels[row]);
  const what = test.output === 'every' ? 'the values of the step' : `sequences drawn to ${points} points`;
  return {
    name: 'nearest neighbour',
    note: `by ${what}, among ${references.rows} of ${all.rows} training rows`,
    classes,
  };
}

/** At most `most` rows, of each class its share, drawn at random by a fixed seed. */
function ofEachClass(rows: LabelledRows, most: number): LabelledRows {
  if (rows.rows <= most) return rows;
  const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
  new Random(0, subsetStream).shuffle(order);
  order.sort((a, b) => rows.labels[a] - rows.labels[b]); // a stable sort: within a class the order stays random
  const index = Uint32Array.from({ length: most }, (_, i) => order[Math.floor(((i + 0.5) * rows.rows) / most)]);
  return rowsAt(rows, index);
}

function squared(x: number): number {
  return x * x;
}
