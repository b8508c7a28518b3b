// The comparisons of docs/results.md: recipe, sizes, protocol, networks and seeds of each.

const gated = ['FastGRNN', 'UGRNN', 'GRU', 'LSTM'];
const core = ['RNN', 'FastRNN', 'FastRNN-vector', ...gated];
const unitary = ['SpectralRNN', 'EURNN', 'oRNN', 'FactoredRNN'];

/** Chosen on 30 % of the people (6 of 21), then trained on all of them for 30 epochs in place of the recipe's 70. */
const people = ['data.validation=0.3', 'training.epochs=[30,0,0]'];
/** The unitary networks cost most: fewer seeds, beside the same FastGRNN. */
const fewer = { cells: ['FastGRNN', ...unitary], seeds: 2 };

export const comparisons = {
  'har2-equal': { recipe: 'har2', sets: people, parts: [{ cells: core, seeds: 5 }, fewer] },
  'har6-equal': { recipe: 'har6', sets: people, parts: [{ cells: core, seeds: 5 }, fewer] },
  digits: {
    recipe: 'digits',
    sizing: 'recipe',
    parts: [
      { cells: core, seeds: 3 },
      { ...fewer, seeds: 1 },
    ],
  },
  'har2-paper': {
    ...{ recipe: 'har2', sizing: 'paper', sets: people },
    parts: [
      { cells: core, seeds: 5, ablate: true },
      { cells: ['FastGRNN', 'EURNN', 'oRNN', 'FactoredRNN'], seeds: 1 },
    ],
  },
  'har6-paper': { recipe: 'har6', sizing: 'paper', sets: people, parts: [{ cells: core, seeds: 5 }] },
  'har2-protocol': {
    ...{ recipe: 'har2', sizing: 'paper', protocol: 'paper', sets: ['training.epochs=[60,0,0]'] },
    parts: [{ cells: ['RNN', 'FastRNN', 'FastRNN-vector', 'FastGRNN'], seeds: 3 }],
  },
};
