// A comparison's rows as the tables of docs/results.md.
import { aheadText, boardCycles, leadOver, shapeText } from '../dist/report/index.js';

const none = '–';
const percent = (figure) =>
  figure === null
    ? none
    : `${(100 * figure.mean).toFixed(2)}${figure.standardError === null ? '' : ` ± ${(100 * figure.standardError).toFixed(2)}`}`;
const line = (cells) => `| ${cells.join(' | ')} |`;

/** What a network was trained with. */
function settings({ settings: { update, gate, optimiser, learningRate, clip } }) {
  const rate = `${optimiser === 'adam' ? '' : `${optimiser}, `}${learningRate}, ${clip === 0 ? 'no clip' : clip}`;
  return `${gate === null ? '' : `${gate}, `}${update}; ${rate}`;
}

/** A row a network, and what it was measured on. */
export function comparisonTable(metrics) {
  const { rows, paperData, environment, data } = metrics;
  const integers = rows.some(({ integer }) => integer);
  const boards = rows.some((row) => row.boards.uno);
  const against = rows.find(({ network }) => network === 'FastGRNN') ?? rows[0];
  const columns = [
    { name: 'network', of: ({ network }) => network },
    { name: 'H / r_w / r_u', of: shapeText },
    { name: 'nonlinearities; rate, clip', of: settings },
    {
      name: 'seeds',
      of: ({ seeds, failed }) => `${seeds.length}${failed.length > 0 ? ` (${failed.length} lost)` : ''}`,
    },
    ...(integers ? [{ name: 'integer, %', of: ({ integer }) => percent(integer) }] : []),
    { name: 'float, %', of: ({ float }) => percent(float) },
    {
      name: `ahead of ${against.network}, points (95 %)`,
      of: (row) => (row === against ? none : aheadText(leadOver(row, against))),
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

function cycles(row) {
  const uno = boardCycles(row).find(({ board }) => board === 'uno');
  return uno ? Math.round(uno.cyclesPerStep) : none;
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
        `${one.network.includes(',') ? `The lead of ${one.network}` : `${one.network}’s lead`} over ${other.network}: ${aheadText(leadOver(one, other))} points.`,
    )
    .join(' ');
}
