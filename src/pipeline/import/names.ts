import { ImportError } from './errors.js';
import type { ForeignTensor, ForeignWeights } from './foreign.js';

/** What import looks for, by the names that `--map` takes. */
export const importNames = [
  'W',
  'W1',
  'W2',
  'U',
  'U1',
  'U2',
  'biasGate',
  'biasUpdate',
  'bias',
  'zeta',
  'nu',
  'alpha',
  'beta',
  'classifier',
  'classifierBias',
  'mean',
  'std',
] as const;

/** A name of a tensor that import looks for. */
export type ImportName = (typeof importNames)[number];

export interface NamedTensors {
  readonly cell: 'FastGRNN' | 'FastRNN';
  readonly found: ReadonlyMap<ImportName, ForeignTensor>;
  /** Names of tensors that nothing is made of. */
  readonly unused: readonly string[];
}

/** Spellings without capitals, `_` and `-`: of EdgeML's variables and of the files that it saves, of the paper, of this project. */
const spellings: Readonly<Record<ImportName, readonly string[]>> = {
  W: ['w'],
  W1: ['w1'],
  W2: ['w2'],
  U: ['u'],
  U1: ['u1'],
  U2: ['u2'],
  biasGate: ['bg', 'biasgate', 'gatebias', 'bz'],
  biasUpdate: ['bh', 'biasupdate', 'updatebias'],
  bias: ['b', 'bias'],
  zeta: ['zeta'],
  nu: ['nu'],
  alpha: ['alpha'],
  beta: ['beta'],
  classifier: ['fc', 'classifier', 'fcweight'],
  classifierBias: ['fcbias', 'classifierbias'],
  mean: ['mean'],
  std: ['std', 'stddev', 'sigma'],
};

/** What modules with a weight and a bias are called that read the last state. */
const heads = ['fc', 'classifier', 'linear', 'dense', 'head', 'out', 'output', 'decoder'];

/**
 * Finds the tensors of a FastGRNN or FastRNN by their names: prefixes such as `rnn.cell.`, `rnn/FastGRNNcell/`, the ending `:0`
 * and capitals don't matter.
 *
 * @param map names given by hand, ours to theirs
 * @throws ImportError where one is missing or found twice, or where the names are those of another cell
 */
export function nameTensors(weights: ForeignWeights, map: Readonly<Partial<Record<ImportName, string>>>): NamedTensors {
  const { path, tensors } = weights;
  const found = new Map<ImportName, ForeignTensor>();
  for (const [ours, theirs] of Object.entries(map) as [ImportName, string][]) {
    const tensor = tensors.find(({ name }) => name === theirs);
    if (!tensor) throw new ImportError(`--map ${ours}=${theirs}: ${path} holds no ${theirs}, but ${list(tensors)}`);
    found.set(ours, tensor);
  }
  const mapped = new Set(Object.values(map));
  const rest = tensors.filter(({ name }) => !mapped.has(name));
  for (const tensor of rest) {
    const ours = roleOf(tensor.name);
    if (ours === undefined || map[ours] !== undefined) continue;
    const other = found.get(ours);
    if (other) {
      throw new ImportError(
        `${path}: ${other.name} and ${tensor.name} could both be ${ours}; say which by --map ${ours}=${other.name} (networks of several layers can't be imported)`,
      );
    }
    found.set(ours, tensor);
  }
  refuseOthers(path, tensors, found);
  const has = (name: ImportName) => found.has(name);
  const cell = has('zeta') || has('nu') || has('biasGate') ? 'FastGRNN' : 'FastRNN';
  // A FastRNN has one bias; EdgeML's cell calls it bias_update, its saved file B.
  if (cell === 'FastRNN' && !has('bias') && has('biasUpdate')) found.set('bias', found.get('biasUpdate')!);
  requireAll(cell, weights, found);
  const taken = namesOf(cell, found);
  const used = new Map([...found].filter(([name]) => taken.includes(name)));
  const usedNames = new Set([...used.values()].map(({ name }) => name));
  return { cell, found: used, unused: tensors.map(({ name }) => name).filter((name) => !usedNames.has(name)) };
}

/** What a tensor is by its name. */
function roleOf(name: string): ImportName | undefined {
  const parts = name.replace(/:\d+$/, '').split(/[./]/).map(plain);
  const last = parts.at(-1) ?? '';
  const parent = parts.at(-2);
  if (parent !== undefined && heads.includes(parent)) {
    if (last === 'weight' || last === 'kernel') return 'classifier';
    if (last === 'bias') return 'classifierBias';
  }
  return importNames.find((ours) => spellings[ours].includes(last));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** The tensors that a network of this cell is made of. */
function namesOf(cell: 'FastGRNN' | 'FastRNN', found: ReadonlyMap<ImportName, ForeignTensor>): ImportName[] {
  const matrix = (full: 'W' | 'U'): ImportName[] =>
    found.has(full) ? [full] : full === 'W' ? ['W1', 'W2'] : ['U1', 'U2'];
  const own: ImportName[] = cell === 'FastGRNN' ? ['biasGate', 'biasUpdate', 'zeta', 'nu'] : ['bias', 'alpha', 'beta'];
  return [...matrix('W'), ...matrix('U'), ...own, 'classifier', 'classifierBias', 'mean', 'std'];
}

/** beta may be missing: then it is 1 - alpha. mean and std may be, together. */
function requireAll(
  cell: 'FastGRNN' | 'FastRNN',
  { path, tensors }: ForeignWeights,
  found: ReadonlyMap<ImportName, ForeignTensor>,
): void {
  const optional: ImportName[] = found.has('mean') || found.has('std') ? ['beta'] : ['beta', 'mean', 'std'];
  const missing = namesOf(cell, found).filter((name) => !found.has(name) && !optional.includes(name));
  if (missing.length === 0) {
    for (const [full, first, second] of [
      ['W', 'W1', 'W2'],
      ['U', 'U1', 'U2'],
    ] as const) {
      if (!found.has(full) || !(found.has(first) || found.has(second))) continue;
      throw new ImportError(
        `${path}: ${full} beside ${first} or ${second}: a matrix is either full or two factors; GRU, LSTM and UGRNN of low rank have all three, and import takes only FastGRNN and FastRNN`,
      );
    }
    return;
  }
  const hasOwn = cell === 'FastGRNN' ? found.has('zeta') || found.has('nu') : found.has('alpha') || found.has('beta');
  const needs =
    cell === 'FastGRNN'
      ? 'W (or W1 and W2), U (or U1 and U2), biasGate, biasUpdate, zeta, nu, classifier and classifierBias'
      : 'W (or W1 and W2), U (or U1 and U2), bias, alpha, classifier and classifierBias';
  throw new ImportError(
    `${path}: no ${missing.join(', ')} for a ${cell}, which needs ${needs}; there are ${list(tensors)}; ` +
      (hasOwn ? '' : 'plain RNN, UGRNN, GRU and LSTM are other cells and not imported; ') +
      `name what is called otherwise by --map ${missing[0]}=THEIRS`,
  );
}

/** Tensors that neither cell has, and the cells that do. */
function refuseOthers(
  path: string,
  tensors: readonly ForeignTensor[],
  found: ReadonlyMap<ImportName, ForeignTensor>,
): void {
  const refuse = (cell: string, names: readonly string[]) => {
    throw new ImportError(
      `${path}: ${names.join(', ')} are weights of ${cell}; import takes FastGRNN and FastRNN only: train one of these on the same data instead`,
    );
  };
  const spelled = tensors.map((tensor) => ({
    ...tensor,
    plain: plain(tensor.name.replace(/:\d+$/, '').split(/[./]/).at(-1)!),
  }));
  const torch = spelled.filter(({ plain: name }) => /^weight(ih|hh)(l\d+)?$/.test(name));
  const hidden = torch.find(({ plain: name }) => name.startsWith('weighthh'));
  if (hidden && ![...found.values()].some(({ name }) => name === hidden.name)) {
    const gates = hidden.shape[0] / hidden.shape[1];
    const cell = gates === 1 ? 'a plain RNN' : gates === 3 ? 'a GRU' : gates === 4 ? 'an LSTM' : 'another cell';
    refuse(
      cell,
      torch.map(({ name }) => name),
    );
  }
  const keras = spelled.filter(({ plain: name }) => name === 'recurrentkernel');
  if (keras.length > 0 && !found.has('U'))
    refuse(
      'a GRU, LSTM or plain RNN of Keras',
      keras.map(({ name }) => name),
    );
  const lstm = spelled.filter(({ plain: name }) => /^(w4|u4|bf|bi|bo|bc|bias[fico])$/.test(name));
  if (lstm.length > 0)
    refuse(
      'an LSTM',
      lstm.map(({ name }) => name),
    );
  const gru = spelled.filter(({ plain: name }) => /^(w3|u3|br|biasr)$/.test(name));
  if (gru.length > 0)
    refuse(
      'a GRU',
      gru.map(({ name }) => name),
    );
}

/** Names with their shapes, for messages. */
export function list(tensors: readonly ForeignTensor[]): string {
  const shown = tensors.slice(0, 24).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return `${shown.join(', ')}${tensors.length > shown.length ? ` and ${tensors.length - shown.length} more` : ''}`;
}
