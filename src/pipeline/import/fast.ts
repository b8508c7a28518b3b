import type { Architecture } from '../../network/index.js';
import { checkedArchitecture, matrixTensors, shown, vectorOf, withinRank, type Arranged } from './arranged.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';
import { arrangeClassifier, arrangeMatrices, type Layout, type StoredMatrix } from './layout.js';
import type { ImportName, NamedTensors } from './names.js';
import type { NetworkOptions } from './options.js';
import { arrangeScalars } from './scalars.js';

/** A FastGRNN or FastRNN of tensors that were found by name. */
export function arrangeFast(
  { cell, found, unused }: NamedTensors<'FastGRNN' | 'FastRNN'>,
  options: NetworkOptions,
): Arranged {
  const gated = cell === 'FastGRNN';
  const get = (name: ImportName) => found.get(name)!;
  const stored = (full: 'W' | 'U'): StoredMatrix =>
    found.has(full) ? [get(full)] : [get(`${full}1`), get(`${full}2`)];
  const biases: readonly ImportName[] = gated ? ['biasGate', 'biasUpdate'] : ['bias'];
  const [hiddenSize, other = hiddenSize] = biases.map((name) => vectorOf(get(name)));
  if (hiddenSize !== other) {
    throw new ImportError(
      `${shown(get('biasGate'))} and ${shown(get('biasUpdate'))} must have one entry a hidden unit each`,
    );
  }
  const classes = vectorOf(get('classifierBias'));
  const matrices = arrangeMatrices(
    { w: stored('W'), u: stored('U') },
    hiddenSize,
    { transpose: options.transpose ?? 'auto', factors: options.factors ?? 'auto' },
    knownLayout(gated, found),
  );
  const classifier = arrangeClassifier(
    get('classifier'),
    { classes, hiddenSize },
    options.transposeClassifier ?? 'auto',
  );
  const scalarNames: readonly ImportName[] = gated ? ['zeta', 'nu'] : ['alpha', 'beta'];
  const vectorZetaNu = gated && hiddenSize > 1 && get('zeta').data.length > 1;
  const scalars = arrangeScalars(
    Object.fromEntries(scalarNames.filter((name) => found.has(name)).map((name) => [name, get(name)])),
    options.scalars ?? 'auto',
    vectorZetaNu ? hiddenSize : undefined,
  );
  const w = withinRank(matrices.w, hiddenSize, 'W');
  const u = withinRank(matrices.u, hiddenSize, 'U');
  const gate = options.gate ?? 'sigmoid';
  const update = options.update ?? 'tanh';
  const tied = !gated && !found.has('beta');
  const architecture: Architecture = checkedArchitecture({
    cell,
    inputSize: w.matrix.inputs,
    hiddenSize,
    wRank: w.matrix.rank,
    uRank: u.matrix.rank,
    gate,
    update,
    residual: tied ? 'tied' : 'free',
    ...(vectorZetaNu ? { vectorZetaNu } : {}),
    head: options.head ?? 'softmax',
    output: options.output ?? 'last',
    vocabulary: 0,
    classes,
  });
  const assumed = (given: unknown) => (given === undefined ? 'assumed' : 'as given');
  const decisions = [
    matrices.decision,
    ...w.decisions,
    ...u.decisions,
    classifier.decision,
    scalars.decision,
    ...(vectorZetaNu ? ['zeta and nu are vectors, a number a hidden unit'] : []),
    ...(tied ? ['no beta: it is 1 - alpha'] : []),
    ...(gated ? [`gate ${gate}: ${assumed(options.gate)}`] : []),
    `update ${update}: ${assumed(options.update)}`,
  ];
  const tensors = new Map<string, Float64Array>([
    ...matrixTensors('W', w.matrix),
    ...matrixTensors('U', u.matrix),
    ...biases.map((name): [string, Float64Array] => [name, get(name).data]),
    ...Object.entries(scalars.values),
    ['classifier', classifier.data],
    ['classifierBias', get('classifierBias').data],
  ]);
  return { architecture, tensors, decisions, found, unused };
}

/** Layouts that names prove. */
function knownLayout(
  gated: boolean,
  found: ReadonlyMap<ImportName, ForeignTensor>,
): { layout: Layout; why: string } | undefined {
  const names = [...found.values()].map(({ name }) => name);
  if (names.some((name) => /\/|:\d+$/.test(name))) return { layout: 'rows', why: 'as variables of TensorFlow are' };
  if (!gated && names.includes('FC') && names.includes('FCbias')) {
    return { layout: 'rows', why: 'as EdgeML keeps its FastRNN' };
  }
  return undefined;
}
