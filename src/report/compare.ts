import { linearAxis, logAxis } from './axes.js';
import { mainFigure, metricNames } from './baselines.js';
import type { Ahead, CompareMetrics, CompareRow, OverSeeds } from './compare-metrics.js';
import { absent, count, counted, duration, exact, kilobytes, percent, signedPoints } from './format.js';
import { renderPage } from './html.js';
import { lines, markup, type Markup } from './markup.js';
import { plot } from './plot.js';
import { headings, tableFigure } from './table.js';

/** 92.3 ± 0.8 %, or that nothing came to an end. */
export function overSeeds(metric: CompareMetrics['metric'], figure: OverSeeds | null): string {
  if (!figure) return absent;
  const middle = mainFigure(metric, figure.mean);
  if (figure.standardError === null) return middle;
  return `${middle.replace(/\s%$/, '')} ± ${mainFigure(metric, figure.standardError)}`;
}

/** In points of a per cent: +1.20 (+0.40 to +2.00). */
export function aheadText(ahead: Ahead | null): string {
  if (!ahead) return absent;
  const ends = ahead.interval ? ` (${ahead.interval.map(signedPoints).join(' to ')})` : '';
  return `${signedPoints(ahead.mean)}${ends}`;
}

/** The boards that a row's network ran on, with the build whose cycles are told: the exported C where it was compiled. */
export function boardCycles({ boards }: CompareRow): { board: string; build: string; cyclesPerStep: number }[] {
  return Object.entries(boards).flatMap(([board, builds]) => {
    const build = builds.generated ? 'generated' : 'runtime';
    const run = builds[build];
    return run ? [{ board, build, cyclesPerStep: run.cyclesPerStep }] : [];
  });
}

/** The page of a comparison: `compare.html`. */
export function renderComparison(metrics: CompareMetrics, notes: readonly string[]): string {
  const sections = [
    { id: 'networks', link: 'Networks', section: networks(metrics) },
    { id: 'sizes', link: 'Sizes and times', section: sizes(metrics) },
    { id: 'size', link: 'Accuracy against bytes', section: accuracyAgainstSize(metrics) },
    { id: 'boards', link: 'Boards', section: boardsTable(metrics) },
    { id: 'settings', link: 'Settings', section: settings(metrics) },
  ].flatMap(({ section, ...rest }) => (section ? [{ ...rest, section }] : []));
  const { recipe, data, seeds } = metrics;
  return renderPage({
    title: `${recipe}: networks compared`,
    subtitle: `${data.name}, ${counted(data.train, 'training recording')}, ${counted(data.test, 'test recording')}, ${counted(seeds.length, 'seed')}; protocol ${metrics.protocol}, size ${metrics.size}`,
    links: sections,
    body: markup`${notes.length === 0 ? undefined : markup`<div class="notes"><h2>Notes</h2><ul>${lines(notes.map((text) => markup`<li>${text}</li>`))}</ul></div>`}
${lines(sections.map(({ section }) => section))}`,
    figures: 'compare.json',
  });
}

function networks({ rows, metric, paperData }: CompareMetrics): Markup {
  const other = rows.find((row) => row.ahead)?.ahead?.of;
  const body = rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.network}</th><td>${count(row.seeds.length)}${row.failed.length > 0 ? ` (${row.failed.length} diverged)` : ''}</td><td>${overSeeds(metric, row.integer)}</td><td>${overSeeds(metric, row.float)}</td>${other ? markup`<td>${row.network === other ? absent : aheadText(row.ahead)}</td>` : undefined}${paperData ? markup`<td>${row.paper ? percent(row.paper.accuracy / 100) : absent}</td>` : undefined}</tr>`,
  );
  const columns = [
    ...['Network', 'Seeds', `${metricNames[metric]}, integer`, 'Float'],
    ...(other ? [`Ahead of ${other}, points (95 %)`] : []),
    ...(paperData ? [`Paper, ${paperData}`] : []),
  ];
  const failed = rows.flatMap((row) => row.failed.map(({ seed, why }) => `${row.network}, seed ${seed}: ${why}`));
  return markup`<section id="networks"><h2>Networks</h2>
${tableFigure({ label: 'The networks', rows: markup`${headings(columns)}<tbody>${lines(body)}</tbody>` })}
${failed.length === 0 ? undefined : markup`<p class="warning">${failed.join('; ')}</p>`}
<p class="quiet">Test recordings, mean ± standard error over the seeds. The lead is taken seed by seed, its interval by Student’s t. Nothing was chosen on the test recordings.</p></section>`;
}

/** What each network takes: bytes both ways, as floats, and time. */
function sizes({ rows, paperData }: CompareMetrics): Markup {
  const body = rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.network}</th><td>${shapeText(row)}</td><td>${count(row.paperBytes)}</td><td>${count(row.modelBytes)}</td><td>${kilobytes(row.floatBytes)}</td>${paperData ? markup`<td>${row.paper ? `${row.paper.kilobytes}\u00a0KB` : absent}</td>` : undefined}<td>${duration(row.trainingSeconds)}</td></tr>`,
  );
  const columns = [
    ...['Network', 'H / r_w / r_u', 'Bytes', 'Linked', 'As floats'],
    ...(paperData ? [`Paper, ${paperData}`] : []),
    'Training',
  ];
  return markup`<section id="sizes"><h2>Sizes and times</h2>
${tableFigure({ label: 'Sizes and times', rows: markup`${headings(columns)}<tbody>${lines(body)}</tbody>` })}
<p class="quiet">Bytes in the paper’s accounting, and as firmware links them; the largest of the seeds. Training: the mean, on all workers that it had.</p></section>`;
}

/** H / r_w / r_u, the reflectors that make U, and the sparsity where there is one. */
export function shapeText({ hiddenSize, wRank, uRank, reflectors, wSparsity, uSparsity }: CompareRow): string {
  const rank = (value: number) => (value === 0 ? 'full' : String(value));
  const sparse = wSparsity < 1 || uSparsity < 1 ? `, s ${wSparsity} / ${uSparsity}` : '';
  const u = reflectors === undefined ? rank(uRank) : counted(reflectors, 'reflector');
  return `${hiddenSize} / ${rank(wRank)} / ${u}${sparse}`;
}

/** As in Figures 3, 4 and 6: each network's accuracy against its bytes. */
function accuracyAgainstSize({ rows, metric }: CompareMetrics): Markup | undefined {
  const known = rows.flatMap((row) => {
    const figure = row.integer ?? row.float;
    const bytes = row.integer ? (row.paperBytes ?? row.floatBytes) : row.floatBytes;
    return figure ? [{ row, value: figure.mean, bytes }] : [];
  });
  if (known.length < 2) return undefined;
  const bytesOf = known.map(({ bytes }) => bytes);
  const values = known.map(({ value }) => value);
  const [least, most] = [Math.min(...bytesOf), Math.max(...bytesOf)];
  const x = most < 3 * least ? linearAxis(least, most, exact) : logAxis(least, most * 1.01);
  const y = linearAxis(Math.min(...values), Math.max(...values), (value) => mainFigure(metric, value));
  const dots = known.map(({ row, value, bytes }) => ({
    ...{ colour: row.integer ? (1 as const) : (2 as const), radius: 6 },
    ...{ x: x.position(bytes), y: y.position(value), name: row.network },
  }));
  const integers = known.filter(({ row }) => row.integer).length;
  const legend = lines([
    ...(integers > 0 ? [markup`<span class="dot c1"></span>integer networks`] : []),
    ...(integers < known.length ? [markup`<span class="dot c2"></span>networks that stay float`] : []),
  ]);
  const list = known.map(({ row, value, bytes }) => `${row.network} ${mainFigure(metric, value)} at ${count(bytes)}`);
  return markup`<section id="size"><h2>${metricNames[metric]} against bytes</h2>
<figure><figcaption><span class="legend">${legend}</span></figcaption>${plot({ label: `${metricNames[metric]} against bytes: ${list.join('; ')}.`, x, y, lines: [], dots })}<p class="axis">bytes</p></figure>
<p class="quiet">${list.join('; ')} bytes.</p></section>`;
}

function boardsTable({ rows }: CompareMetrics): Markup | undefined {
  const body = rows.flatMap((row) => [
    ...Object.entries(row.boards).flatMap(([board, builds]) =>
      (['runtime', 'generated'] as const).flatMap((build) => {
        const run = builds[build];
        if (!run) return [];
        return [
          markup`<tr><th scope="row">${row.network}</th><td>${board}, ${build}</td><td>${run.bitExact ? 'exact' : 'NOT EXACT'}</td><td>${count(Math.round(run.cyclesPerStep))}</td><td>${exact(Number(run.msPerPrediction.toPrecision(3)))}</td><td>${count(run.flashBytes)}</td><td>${count(run.ramBytes + run.stackBytes)}</td></tr>`,
        ];
      }),
    ),
    ...Object.entries(row.skipped).map(
      ([what, why]) =>
        markup`<tr><th scope="row">${row.network}</th><td>${what}</td><td colspan="5" class="what">${why}</td></tr>`,
    ),
  ]);
  if (body.length === 0) return undefined;
  const columns = ['Network', 'Board', 'Values', 'Cycles a step', 'ms a prediction', 'Flash', 'RAM and stack'];
  return markup`<section id="boards"><h2>Boards</h2>
<p>The first seed’s integer networks, run on simulated boards and compared value by value.</p>
${tableFigure({ label: 'The networks on boards', rows: markup`${headings(columns)}<tbody>${lines(body)}</tbody>` })}</section>`;
}

function settings({ rows }: CompareMetrics): Markup {
  const body = rows.map(
    ({ network, settings: s }) =>
      markup`<tr><th scope="row">${network}</th><td>${s.optimiser}</td><td>${exact(s.learningRate)}</td><td>${exact(s.clip)}</td><td>${count(s.batchSize)}</td><td>${s.epochs.join(', ')}</td><td>${s.gate ?? absent}</td><td>${s.update}</td></tr>`,
  );
  const columns = ['Network', 'Optimiser', 'Learning rate', 'Clip', 'Batch', 'Epochs', 'Gate', 'Update'];
  return markup`<section id="settings"><h2>Settings</h2>
<p>What each network was trained with; where the protocol chooses, validation recordings chose.</p>
${tableFigure({ label: 'Settings', rows: markup`${headings(columns)}<tbody>${lines(body)}</tbody>` })}</section>`;
}
