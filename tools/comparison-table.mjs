// A comparison's rows as the tables of docs/results.md.
import { mean, meanInterval } from '../dist/math/index.js';

const none = '–';
const percent = (figure) =>
  figure === null
    ? none
    : `${(100 * figure.mean).toFixed(2)}${figure.standardError === null ? '' : ` ± ${(100 * figure.standardError).toFixed(2)}`}`;
const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(2)}`;
const line = (cells) => `| ${cells.join(' | ')} |`;

/** H / r_w / r_u, and the sparsity where there is one. */
function shape({ hiddenSize, wRank, uRank, wSparsity, uSparsity }) {
  const rank = (value) => (value === 0 ? 'full' : value);
  const sparse = wSparsity < 1 || uSparsity < 1 ? `, s ${wSparsity} / ${uSparsity}` : '';
  return `${hiddenSize} / ${rank(wRank)} / ${rank(uRank)}${sparse}`;
}

/** What a network was trained with: gated cells have a gate, EURNN a nonlinearity of its own. */
function settings({ network, settings: { update, gate, optimiser, learningRate, clip } }) {
  const own = { EURNN: 'modReLU' }[network] ?? update;
  const gated = /^(FastGRNN|UGRNN|GRU|LSTM)/.test(network) ? `${gate}, ` : '';
  return `${gated}${own}; ${optimiser === 'adam' ? '' : `${optimiser}, `}${learningRate}, ${clip === 0 ? 'no clip' : clip}`;
}

/** A row a network, and what it was measured on. */
export function comparisonTable(metrics) {
  const { rows, paperData, environment, data } = metrics;
  const integers = rows.some(({ integer }) => integer);
  const boards = rows.some((row) => row.boards.uno);
  const against = rows.find(({ network }) => network === 'FastGRNN') ?? rows[0];
  const columns = [
    { name: 'network', of: ({ network }) => network },
    { name: 'H / r_w / r_u', of: shape },
    { name: 'nonlinearities; rate, clip', of: settings },
    {
      name: 'seeds',
      of: ({ seeds, failed }) => `${seeds.length}${failed.length > 0 ? ` (${failed.length} lost)` : ''}`,
    },
    ...(integers ? [{ name: 'integer, %', of: ({ integer }) => percent(integer) }] : []),
    { name: 'float, %', of: ({ float }) => percent(float) },
    {
      name: `ahead of ${against.network}, points (95 %)`,
      of: (row) => (row === against ? none : leadText(row, against)),
    },
    { name: 'bytes', of: ({ paperBytes }) => paperBytes ?? none },
    ...(integers ? [{ name: 'linked', of: ({ modelBytes }) => modelBytes ?? none }] : []),
    { name: 'as floats, KB', of: ({ floatBytes }) => (floatBytes / 1024).toFixed(1) },
    { name: 'training, s', of: ({ trainingSeconds }) => trainingSeconds?.toFixed(0) ?? none },
    ...(boards ? [{ name: 'Uno, cycles a step', of: cycles }] : []),
    ...(paperData
      ? [
          {
            name: `paper, ${paperData}`,
            of: ({ paper }) => (paper ? `${paper.accuracy} % at ${paper.kilobytes} KB` : none),
          },
        ]
      : []),
  ];
  const head = [line(columns.map(({ name }) => name)), line(columns.map((_, i) => (i < 3 ? '---' : '--:')))];
  const body = rows.map((row) => line(columns.map(({ of }) => of(row))));
  const { cpu, node, backend } = environment;
  const on = `${data.train} training and ${data.test} test recordings; ${cpu}, Node ${node}, ${backend}, one thread.`;
  return `${[...head, ...body].join('\n')}\n\n${on}`;
}

function cycles({ boards }) {
  const builds = boards.uno;
  const run = builds?.generated ?? builds?.runtime;
  return run ? Math.round(run.cyclesPerStep) : none;
}

/** FastRNN's lead over the RNN, and FastGRNN's over the best of the gated networks, seed by seed. */
export function leads({ rows }) {
  const named = (name) => rows.find(({ network, float }) => network === name && float);
  const gated = ['UGRNN', 'GRU', 'LSTM'].flatMap((name) => named(name) ?? []);
  const [best] = gated.toSorted((a, b) => b.float.mean - a.float.mean);
  const pairs = [
    [named('FastRNN'), named('RNN')],
    [named('FastGRNN'), best],
    ...rows.filter(({ network }) => network.startsWith('FastGRNN, ')).map((row) => [row, best]),
  ].filter(([one, other]) => one && other);
  return pairs
    .map(
      ([one, other]) =>
        `${one.network.includes(',') ? `The lead of ${one.network}` : `${one.network}’s lead`} over ${other.network}: ${leadText(one, other)} points.`,
    )
    .join(' ');
}

/** The mean difference of the seeds that both have, with its interval; of integers where both have them for all their seeds. */
function leadText(one, other) {
  const whole = [one, other].every(({ integer, seeds }) => integer?.values.length === seeds.length);
  const by = whole ? 'integer' : 'float';
  const differences = one.seeds.flatMap((seed, i) => {
    const j = other.seeds.indexOf(seed);
    return j < 0 ? [] : [one[by].values[i] - other[by].values[j]];
  });
  if (differences.length === 0) return none;
  const ends = meanInterval(differences);
  return `${signed(mean(differences))}${ends ? ` (${ends.map(signed).join(' to ')})` : ''}`;
}
