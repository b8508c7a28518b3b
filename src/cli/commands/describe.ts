import { isGated, recurrenceOf, resetOf, type Architecture, type Imported } from '../../network/index.js';
import type { ModelFacts } from '../../pipeline/index.js';
import { table } from '../terminal.js';

/** FastGRNN, 9 inputs, 16 hidden units, 6 classes */
export function architectureLine(architecture: Architecture): string {
  const { cell, inputSize, hiddenSize, classes, head, vocabulary, layers = 1, bidirectional } = architecture;
  const inputs = vocabulary > 0 ? `${vocabulary} tokens embedded in ${inputSize} values` : plural(inputSize, 'input');
  const outputs = {
    softmax: plural(classes, 'class'),
    sigmoid: plural(classes, 'label'),
    regression: plural(classes, 'value'),
  };
  const units = `${layers > 1 ? `${layers} layers of ` : ''}${plural(hiddenSize, 'hidden unit')}${bidirectional ? ' in each direction' : ''}`;
  return `${cell}, ${inputs}, ${units}, ${outputs[head]}`;
}

/** Rows that say how a network is made. */
export function architectureRows(architecture: Architecture): string[][] {
  const { cell, wRank, uRank, gate, update, residual, alpha, beta, head, output } = architecture;
  const rank = (r: number) => (r === 0 ? 'full rank' : `rank ${r}`);
  const weights = alpha === undefined ? '' : `, alpha ${alpha}${beta === undefined ? '' : `, beta ${beta}`}`;
  const reads = { last: 'the last state', every: 'the state of every step', mean: 'the mean of all states' };
  const heads = {
    softmax: 'softmax: one class',
    sigmoid: 'sigmoid: any of the labels',
    regression: 'regression: values',
  };
  return [
    [
      'matrices',
      `W ${rank(wRank)}, U ${architecture.recurrence === undefined ? rank(uRank) : recurrenceLine(architecture)}`,
    ],
    [
      'nonlinearities',
      `${isGated(architecture) ? `gate ${gate}, ` : ''}update ${update}${cell === 'FastRNN' || (cell === 'FastGRNN' && residual === 'tied') ? `; residual ${residual}${weights}` : ''}${cell === 'GRU' ? `; reset ${resetOf(architecture)} the recurrent product` : ''}`,
    ],
    ['head', `${heads[head]}; reads ${reads[output]}`],
  ];
}

/** How U is made, in words. */
function recurrenceLine(architecture: Architecture): string {
  const recurrence = recurrenceOf(architecture);
  const reflectors = (count: number) => plural(count, 'reflector');
  const band = (margin: number) => `singular values within 1 +- ${margin}`;
  switch (recurrence.kind) {
    case 'dense':
      return 'full rank';
    case 'oRNN':
      return `orthogonal, of ${reflectors(recurrence.reflectors)} (oRNN)`;
    case 'SpectralRNN':
      return `of 2 x ${reflectors(recurrence.reflectors)}, ${band(recurrence.margin)} (SpectralRNN)`;
    case 'FactoredRNN':
      return `of two orthogonal factors (${recurrence.orthogonality}), ${band(recurrence.margin)} (FactoredRNN)`;
    case 'EURNN':
      return `unitary, ${recurrence.arrangement}, of ${plural(recurrence.layers, 'layer')} of rotations (EURNN)`;
  }
}

/** What the inputs go through, in words. */
export function normalisationLine({ architecture, features }: ModelFacts): string {
  if (architecture.vocabulary > 0) return 'none, tokens';
  const { normalise, stack } = features;
  const how = {
    channel: 'mean and deviation of each channel',
    global: 'one mean and deviation for all channels',
    none: 'none, physical values',
  };
  const stacked = stack ? `; a step reads ${plural(stack.frames, 'frame')}, the next ${stack.stride} later` : '';
  return `${how[normalise]}${stacked}`;
}

/** A row a channel; one for all of them where there are many and all are alike. */
export function channelRows({ input, features }: ModelFacts): string[][] {
  const { channelNames, lsb, units } = input;
  const of = (values: readonly number[], c: number) => values[values.length === 1 ? 0 : c];
  const row = (c: number, name = channelNames[c]) => [
    name,
    String(lsb[c]),
    units[c] || '-',
    String(of(features.centre, c)),
    Number(of(features.scale, c).toPrecision(6)).toString(),
  ];
  const rows = channelNames.map((_, c) => row(c));
  const alike = rows.length > 3 && rows.every(([, ...rest]) => rest.join() === rows[0].slice(1).join());
  return alike ? [row(0, `${channelNames[0]} … ${channelNames.at(-1)}`)] : rows;
}

/** Where an imported network comes from and how its files were understood. */
export function importTables({ files, tensors, unused, decisions }: Imported): string[] {
  return [
    table([
      ['tensor', 'called there', 'shape there'],
      ...Object.entries(tensors).map(([ours, { name, shape }]) => [ours, name, `[${shape.join(', ')}]`]),
    ]),
    table([
      ...decisions.map((text, i) => [i === 0 ? 'understood' : '', text]),
      ...(unused.length > 0 ? [['not used', unused.join(', ')]] : []),
      ...files.map(({ name, sha256 }, i) => [i === 0 ? 'files' : '', `${name}, SHA-256 ${sha256.slice(0, 16)}…`]),
    ]),
  ];
}

function plural(count: number, word: string): string {
  return `${count} ${count === 1 ? word : word.endsWith('s') ? `${word}es` : `${word}s`}`;
}
