import { ImportError } from './errors.js';
import type { ForeignTensor, ForeignWeights } from './foreign.js';

/** What import looks for, by the names that `--map` takes. */
export const importNames = [
  'W',
  'W1',
  'W2',
  'W3',
  'W4',
  'U',
  'U1',
  'U2',
  'U3',
  'U4',
  'biasGate',
  'biasUpdate',
  'biasReset',
  'biasInput',
  'biasForget',
  'biasOutput',
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

/** The cells whose tensors are found by name. */
export type NamedCell = 'FastGRNN' | 'FastRNN' | GatedCell;

/** Those with a W and a U of each gate. */
export type GatedCell = 'UGRNN' | 'GRU' | 'LSTM';

/** Matrices of a kind; EdgeML numbers them from 1. */
export const gateCount: Readonly<Record<GatedCell, number>> = { UGRNN: 2, GRU: 3, LSTM: 4 };

/** The biases of each cell. */
export const biasNames: Readonly<Record<NamedCell, readonly ImportName[]>> = {
  FastGRNN: ['biasGate', 'biasUpdate'],
  FastRNN: ['bias'],
  UGRNN: ['biasGate', 'biasUpdate'],
  GRU: ['biasReset', 'biasGate', 'biasUpdate'],
  LSTM: ['biasInput', 'biasForget', 'biasUpdate', 'biasOutput'],
};

export interface NamedTensors<C extends NamedCell = NamedCell> {
  readonly cell: C;
  readonly found: ReadonlyMap<ImportName, ForeignTensor>;
  /** Names of tensors that nothing is made of. */
  readonly unused: readonly string[];
}

/** Spellings without capitals, `_` and `-`: of EdgeML's variables and of the files that it saves, of the paper, of this project. */
const spellings: Readonly<Record<ImportName, readonly string[]>> = {
  W: ['w'],
  W1: ['w1'],
  W2: ['w2'],
  W3: ['w3'],
  W4: ['w4'],
  U: ['u'],
  U1: ['u1'],
  U2: ['u2'],
  U3: ['u3'],
  U4: ['u4'],
  biasGate: ['bg', 'biasgate', 'gatebias', 'bz'],
  biasUpdate: ['bh', 'biasupdate', 'updatebias', 'bc', 'biasc'],
  biasReset: ['br', 'biasr', 'biasreset', 'resetbias'],
  biasInput: ['bi', 'biasi', 'biasinput', 'inputbias'],
  biasForget: ['bf', 'biasf', 'biasforget', 'forgetbias'],
  biasOutput: ['bo', 'biaso', 'biasoutput', 'outputbias'],
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
 * Finds the tensors of a network by their names: prefixes such as `rnn.cell.`, `rnn/FastGRNNcell/`, the ending `:0`
 * and capitals don't matter.
 *
 * @param map names given by hand, ours to theirs
 * @throws ImportError where one is missing or found twice, or where no cell has such names
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
  refuseKeras(path, tensors, found);
  const cell = cellOf(found);
  // A FastRNN has one bias; EdgeML's cell calls it bias_update, its saved file B.
  if (cell === 'FastRNN' && !found.has('bias') && found.has('biasUpdate')) {
    found.set('bias', found.get('biasUpdate')!);
  }
  requireAll(cell, weights, found);
  const taken = namesOf(cell, found);
  const used = new Map([...found].filter(([name]) => taken.includes(name)));
  const usedNames = new Set([...used.values()].map(({ name }) => name));
  return { cell, found: used, unused: tensors.map(({ name }) => name).filter((name) => !usedNames.has(name)) };
}

/** The cell that has such tensors. Those of a UGRNN are a FastGRNN's of low rank without its scalars. */
function cellOf(found: ReadonlyMap<ImportName, ForeignTensor>): NamedCell {
  const some = (...names: ImportName[]) => names.some((name) => found.has(name));
  const all = (...names: ImportName[]) => names.every((name) => found.has(name));
  if (some('zeta', 'nu')) return 'FastGRNN';
  if (some('alpha', 'beta')) return 'FastRNN';
  if (some('biasForget', 'biasInput', 'biasOutput', 'W4', 'U4')) return 'LSTM';
  if (some('biasReset', 'W3', 'U3')) return 'GRU';
  if (all('biasGate', 'biasUpdate', 'W1', 'W2', 'U1', 'U2')) return 'UGRNN';
  return found.has('biasGate') ? 'FastGRNN' : 'FastRNN';
}

/** What a tensor is by its name. */
export function roleOf(name: string): ImportName | undefined {
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
function namesOf(cell: NamedCell, found: ReadonlyMap<ImportName, ForeignTensor>): ImportName[] {
  const scalars: readonly ImportName[] =
    cell === 'FastGRNN' ? ['zeta', 'nu'] : cell === 'FastRNN' ? ['alpha', 'beta'] : [];
  const matrix = (letter: 'W' | 'U'): ImportName[] => {
    const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}` as ImportName);
    if (hasGateMatrices(cell)) return [...(found.has(letter) ? [letter] : []), ...numbered(gateCount[cell])];
    return found.has(letter) ? [letter] : numbered(2);
  };
  const own = [...biasNames[cell], ...scalars];
  return [...matrix('W'), ...matrix('U'), ...own, 'classifier', 'classifierBias', 'mean', 'std'];
}

/** Whether the cell has a W and a U of each gate. */
export function hasGateMatrices(cell: NamedCell): cell is GatedCell {
  return cell !== 'FastGRNN' && cell !== 'FastRNN';
}

/** beta may be missing: then it is 1 - alpha. mean and std may be, together. */
function requireAll(
  cell: NamedCell,
  { path, tensors }: ForeignWeights,
  found: ReadonlyMap<ImportName, ForeignTensor>,
): void {
  const optional: ImportName[] = found.has('mean') || found.has('std') ? ['beta'] : ['beta', 'mean', 'std'];
  const names = namesOf(cell, found);
  const missing = names.filter((name) => !found.has(name) && !optional.includes(name));
  if (missing.length > 0) {
    const needs = names.filter((name) => !['beta', 'mean', 'std'].includes(name)).join(', ');
    const pair = missing.some((name) => name === 'mean' || name === 'std')
      ? ', and mean and std together or neither'
      : '';
    const factors = hasGateMatrices(cell) ? '' : ' (W1 and W2 for W, U1 and U2 for U where they are of low rank)';
    throw new ImportError(
      `${path}: no ${missing.join(', ')} for a ${cell}, which needs ${needs}${factors}${pair}; there are ${list(tensors)}; ` +
        `name what is called otherwise by --map ${missing[0]}=THEIRS`,
    );
  }
  if (hasGateMatrices(cell)) return;
  for (const [full, first, second] of [
    ['W', 'W1', 'W2'],
    ['U', 'U1', 'U2'],
  ] as const) {
    if (!found.has(full) || !(found.has(first) || found.has(second))) continue;
    throw new ImportError(
      `${path}: ${full} beside ${first} or ${second}: a matrix of a ${cell} is either full or two factors; leave out what isn't its own`,
    );
  }
}

/** Keras packs the gates of its cells in one kernel. */
function refuseKeras(
  path: string,
  tensors: readonly ForeignTensor[],
  found: ReadonlyMap<ImportName, ForeignTensor>,
): void {
  const keras = tensors.filter(
    ({ name }) => plain(name.replace(/:\d+$/, '').split(/[./]/).at(-1)!) === 'recurrentkernel',
  );
  if (keras.length === 0 || found.has('U')) return;
  throw new ImportError(
    `${path}: ${keras.map(({ name }) => name).join(', ')} are weights of a GRU, LSTM or plain RNN of Keras, which are not read; bring them into the layout of PyTorch's module of that name`,
  );
}

/** Names with their shapes, for messages. */
export function list(tensors: readonly ForeignTensor[]): string {
  const shown = tensors.slice(0, 24).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return `${shown.join(', ')}${tensors.length > shown.length ? ` and ${tensors.length - shown.length} more` : ''}`;
}
