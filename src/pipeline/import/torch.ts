import { tensorPrefix, type Architecture } from '../../network/index.js';
import { checkedArchitecture, shown, vectorOf, type Arranged } from './arranged.js';
import { ImportError } from './errors.js';
import type { ForeignTensor, ForeignWeights } from './foreign.js';
import { arrangeClassifier } from './layout.js';
import { list, roleOf, type ImportName } from './names.js';
import type { NetworkOptions } from './options.js';

/** Names of PyTorch's recurrent modules: `rnn.weight_ih_l0_reverse`, or without the layer of a cell. */
const pattern = /^(.*?)(weight|bias)_(ih|hh|hr)(?:_l(\d+))?(_reverse)?$/;

/** How a name begins that belongs to such a module, whatever comes after. */
const ownName = /(^|\.)(weight|bias)_(ih|hh|hr)(?![a-z])/;

/** By the number of row blocks in its matrices. */
const cells: Readonly<Record<number, 'RNN' | 'GRU' | 'LSTM'>> = { 1: 'RNN', 3: 'GRU', 4: 'LSTM' };

/** The order of the blocks, by this project's names of gates. */
const order = { RNN: [''], GRU: ['Reset', 'Gate', 'Update'], LSTM: ['Input', 'Forget', 'Update', 'Output'] } as const;

/** One tensor of a recurrent module. */
interface Part {
  readonly tensor: ForeignTensor;
  readonly prefix: string;
  /** `weight_ih`, `bias_hh` and so on. */
  readonly kind: string;
  readonly layer: number;
  readonly direction: number;
}

/** Whether names that none of ours was given to by hand are those of PyTorch's recurrent modules, even if some are missing. */
export function isTorch({ tensors }: ForeignWeights, map: NetworkOptions['map'] = {}): boolean {
  const given = new Set(Object.values(map));
  return tensors.some(({ name }) => ownName.test(name) && !given.has(name));
}

/**
 * A network of `nn.RNN`, `nn.GRU` or `nn.LSTM` (or their cells), of any layers and both directions, and a linear layer; where there is
 * one, an `nn.Embedding` before them. Biases of inputs and states are added, but for the GRU's candidate, whose reset gate comes after
 * the recurrent product.
 */
export function arrangeTorch(weights: ForeignWeights, options: NetworkOptions): Arranged {
  const { path, tensors } = weights;
  refuseOptions(options);
  refuseReparametrised(path, tensors);
  const parts = tensors.flatMap((tensor): Part[] => {
    const match = pattern.exec(tensor.name);
    if (!match) return [];
    const [, prefix, what, of, layer = '0', reverse] = match;
    return [{ tensor, prefix, kind: `${what}_${of}`, layer: Number(layer), direction: reverse ? 1 : 0 }];
  });
  refuseStrays(path, tensors);
  const prefixes = [...new Set(parts.map(({ prefix }) => prefix))];
  if (prefixes.length > 1) {
    throw new ImportError(
      `${path}: ${prefixes.map((prefix) => `${prefix}*`).join(' and ')} are several recurrent modules; import takes one, which may have several layers: save it and its linear layer alone`,
    );
  }
  const projected = parts.find(({ kind }) => kind === 'weight_hr');
  if (projected) {
    throw new ImportError(
      `${path}: ${shown(projected.tensor)} projects the LSTM's state (proj_size); train it without`,
    );
  }
  const layers = 1 + Math.max(...parts.map(({ layer }) => layer));
  const directions = parts.some(({ direction }) => direction === 1) ? 2 : 1;
  const find = (kind: string, layer: number, direction: number) =>
    parts.find((part) => part.kind === kind && part.layer === layer && part.direction === direction)?.tensor;
  const isCell = parts.every(({ tensor: { name } }) => !/_l\d+/.test(name));
  const called = (kind: string, layer: number, direction: number) =>
    `${prefixes[0]}${kind}${isCell ? '' : `_l${layer}`}${direction === 1 ? '_reverse' : ''}`;
  const required = (kind: string, layer: number, direction: number, ...shape: number[]) => {
    const tensor = find(kind, layer, direction);
    if (!tensor) {
      throw new ImportError(
        `${path}: no ${called(kind, layer, direction)}; there are ${list(tensors)}: save the whole state_dict`,
      );
    }
    if (shape.length > 0) checkShape(tensor, shape);
    return tensor;
  };

  const recurrent = required('weight_hh', 0, 0);
  const hiddenSize = recurrent.shape[1] ?? 0;
  const cell = cells[(recurrent.shape[0] ?? 0) / hiddenSize];
  if (recurrent.shape.length !== 2 || cell === undefined) {
    throw new ImportError(
      `${path}: ${shown(recurrent)} must be [G hidden, hidden] with G 1 for an RNN, 3 for a GRU, 4 for an LSTM; save it as it stands in the state_dict`,
    );
  }
  const gates = order[cell];
  const rows = gates.length * hiddenSize;
  const inputSize = required('weight_ih', 0, 0).shape[1] ?? 0;
  const width = hiddenSize * directions;

  const found = new Map<string, ForeignTensor>();
  const own = new Map<string, Float64Array>();
  const block = ({ data }: ForeignTensor, k: number) => {
    const size = data.length / gates.length;
    return data.slice(k * size, (k + 1) * size);
  };
  const biased = parts.some(({ kind }) => kind.startsWith('bias')); // all layers have both biases, or none has any
  for (let layer = 0; layer < layers; layer++) {
    for (let direction = 0; direction < directions; direction++) {
      const prefix = tensorPrefix(layer, direction);
      const w = required('weight_ih', layer, direction, rows, layer === 0 ? inputSize : width);
      const u = required('weight_hh', layer, direction, rows, hiddenSize);
      const [biasIn, biasState] = ['bias_ih', 'bias_hh'].map((kind) => {
        if (biased) return required(kind, layer, direction, rows);
        return { name: '', shape: [rows], data: new Float64Array(rows) };
      });
      found.set(`${prefix}W`, w).set(`${prefix}U`, u);
      if (biased) found.set(`${prefix}bias of W`, biasIn).set(`${prefix}bias of U`, biasState);
      gates.forEach((gate, k) => {
        const [b, c] = [block(biasIn, k), block(biasState, k)];
        const apart = cell === 'GRU' && gate === 'Update';
        own.set(`${prefix}W${gate}`, block(w, k)).set(`${prefix}U${gate}`, block(u, k));
        own.set(`${prefix}bias${gate}`, apart ? b : b.map((value, i) => value + c[i]));
        if (apart) own.set(`${prefix}biasRecurrent`, c);
      });
    }
  }

  const rest = tensors.filter(({ name }) => !pattern.test(name));
  const linear = linearLayer(path, rest, width, options);
  const classifier = arrangeClassifier(
    linear.weight,
    { classes: linear.classes, hiddenSize: width },
    options.transposeClassifier ?? 'auto',
  );
  own.set('classifier', classifier.data);
  own.set('classifierBias', linear.bias?.data ?? new Float64Array(linear.classes));
  found.set('classifier', linear.weight);
  if (linear.bias) found.set('classifierBias', linear.bias);
  const embedding = rest.find(({ name, shape }) => /emb/i.test(name) && shape.length === 2 && shape[1] === inputSize);
  if (embedding) {
    own.set('embedding', embedding.data);
    found.set('embedding', embedding);
  }
  for (const name of ['mean', 'std'] as const) {
    const mapped = options.map?.[name];
    const tensor = rest.find((one) => (mapped === undefined ? roleOf(one.name) === name : one.name === mapped));
    if (tensor) found.set(name, tensor);
  }
  if (found.has('mean') !== found.has('std')) {
    throw new ImportError(`${path}: mean without std, or std without mean: inputs are normalised by both`);
  }
  const used = new Set([...found.values()].map(({ name }) => name));
  const unused = rest.map(({ name }) => name).filter((name) => !used.has(name));
  refuseOthers(path, rest, unused, options);

  const update = cell === 'RNN' ? (options.update ?? 'tanh') : 'tanh';
  const architecture: Architecture = checkedArchitecture({
    ...{ cell, inputSize, hiddenSize, wRank: 0, uRank: 0, gate: 'sigmoid', update, residual: 'free' },
    ...(layers > 1 ? { layers } : {}),
    ...(directions === 2 ? { bidirectional: true } : {}),
    head: options.head ?? 'softmax',
    output: options.output ?? 'last',
    vocabulary: embedding ? embedding.shape[0] : 0,
    classes: linear.classes,
  });
  const decisions = [
    `${prefixes[0] === '' ? '' : `${prefixes[0].replace(/\.$/, '')}: `}${cell === 'GRU' ? 'a' : 'an'} ${cell} of PyTorch: ${gates.length} blocks of ${hiddenSize} rows`,
    ...(biased ? [] : ['biases that are missing are 0']),
    linear.decision,
    classifier.decision,
    ...(linear.bias ? [] : ['the linear layer has no bias: it is 0']),
    ...(cell === 'RNN' ? [`update ${update}: ${options.update === undefined ? 'assumed' : 'as given'}`] : []),
    ...(directions === 2 && architecture.output === 'last'
      ? [
          'the linear layer reads the last state of either direction, as torch.cat((h_n[-2], h_n[-1]), 1), not output[:, -1]',
        ]
      : []),
    ...(embedding ? [`${embedding.name} embeds ${embedding.shape[0]} tokens`] : []),
  ];
  return { architecture, tensors: own, decisions, found, unused };
}

function checkShape(tensor: ForeignTensor, shape: readonly number[]): void {
  if (tensor.shape.join() === shape.join()) return;
  throw new ImportError(
    `${shown(tensor)} must be [${shape.join(', ')}] beside the other tensors; are all of the same training?`,
  );
}

/** A weight that is computed of others whenever the module runs: torch.nn.utils' weight norm, old and new. */
function refuseReparametrised(path: string, tensors: readonly ForeignTensor[]): void {
  const names = new Set(tensors.map(({ name }) => name));
  const made = tensors.filter(
    ({ name }) =>
      /(^|\.)parametrizations\./.test(name) || (/weight(_\w+)?_g$/.test(name) && names.has(name.replace(/_g$/, '_v'))),
  );
  if (made.length === 0) return;
  throw new ImportError(
    `${path}: ${list(made)} are what weight norm or another parametrization makes weights of; remove it first, by torch.nn.utils.remove_weight_norm(module, name) or torch.nn.utils.parametrize.remove_parametrizations(module, name), then save the state_dict`,
  );
}

/** What is called like a weight of a recurrent module but is none that PyTorch's have would be left out in silence. */
function refuseStrays(path: string, tensors: readonly ForeignTensor[]): void {
  const strays = tensors.filter(({ name }) => ownName.test(name) && !pattern.test(name));
  if (strays.length === 0) return;
  throw new ImportError(
    `${path}: ${list(strays)} belong to the recurrent module, but an nn.RNN, nn.GRU or nn.LSTM has no such weights; save the state_dict of one of these`,
  );
}

/** The layer that reads the states: by its name, by `--map`, or the only one that can. */
function linearLayer(path: string, rest: readonly ForeignTensor[], width: number, { map = {} }: NetworkOptions) {
  const byMap = (ours: 'classifier' | 'classifierBias') => {
    const theirs = map[ours];
    if (theirs === undefined) return undefined;
    const tensor = rest.find(({ name }) => name === theirs);
    if (tensor) return tensor;
    throw new ImportError(`--map ${ours}=${theirs}: ${path} holds no ${theirs}, but ${list(rest)}`);
  };
  const reads = ({ shape }: ForeignTensor) => shape.length === 2 && shape[1] === width;
  const named = rest.filter(({ name }) => roleOf(name) === 'classifier');
  const able = rest.filter((tensor) => reads(tensor) && !/emb/i.test(tensor.name));
  const chosen = byMap('classifier');
  const choices = chosen ? [chosen] : named.length > 0 ? named : able;
  if (choices.length !== 1) {
    const remedy =
      rest.length > 0
        ? `there are ${list(rest)}: save the whole state_dict, or name it by --map classifier=THEIRS`
        : 'there are recurrent weights alone: save the whole state_dict';
    throw new ImportError(
      choices.length === 0
        ? `${path}: no linear layer [classes, ${width}] reads the states; ${remedy}`
        : `${path}: ${choices.map(shown).join(' and ')} could both read the states; say which by --map classifier=${choices[0].name}`,
    );
  }
  const [weight] = choices;
  const beside = `${weight.name.replace(/weight$/, '')}bias`;
  const bias = byMap('classifierBias') ?? rest.find(({ name }) => name === beside && name !== weight.name);
  const classes = bias ? vectorOf(bias) : (weight.shape[0] ?? 0);
  const why = chosen ? 'as --map says' : named.length > 0 ? 'by its name' : `the only one of ${width} columns`;
  return { weight, bias, classes, decision: `${weight.name} reads the states: ${why}` };
}

/** Layers that this project's networks don't have would be left out in silence. */
function refuseOthers(
  path: string,
  rest: readonly ForeignTensor[],
  unused: readonly string[],
  { map = {} }: NetworkOptions,
): void {
  if (map.classifier !== undefined) return;
  const others = rest.filter(
    ({ name, shape }) => unused.includes(name) && /(^|\.)weight$/.test(name) && shape.length > 0,
  );
  if (others.length === 0) return;
  throw new ImportError(
    `${path}: ${list(others)} belong to layers that a network here doesn't have; it is one recurrent module, read by one linear layer. Train it so, or name that layer by --map classifier=THEIRS to leave the others out`,
  );
}

function refuseOptions({ transpose, factors, scalars, gate, map = {} }: NetworkOptions): void {
  const given = Object.entries({ transpose, factors, scalars, gate }).find(
    ([, value]) => value !== undefined && value !== 'auto',
  );
  if (given)
    throw new ImportError(`--${given[0]} does nothing for modules of PyTorch, which leave no choice; leave it out`);
  const taken: readonly ImportName[] = ['classifier', 'classifierBias', 'mean', 'std'];
  const other = Object.keys(map).find((ours) => !taken.some((name) => name === ours));
  if (other !== undefined) {
    throw new ImportError(`--map ${other}: of modules of PyTorch only ${taken.join(', ')} can be named by hand`);
  }
}
