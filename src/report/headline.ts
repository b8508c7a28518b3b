import { mainFigure, metricNames } from './baselines.js';
import { factsOf } from './board-facts.js';
import { buildsOf, type BuildView } from './boards.js';
import { count, counted, kilobytes, percent, points, significant } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Content, type Markup } from './markup.js';
import { unitWords } from './metrics.js';
import { wilsonInterval } from '../training/index.js';

/** The board that the headline is about, where it was run. */
const firstBoard = 'uno';

/** The figures that a reader asks for first. */
export function headline(input: ReportInput): Markup {
  return markup`<section id="headline" aria-label="Headline figures">
${alarms(input)}
<div class="tiles">${accuracyTile(input)}${sizeTile(input)}${boardTile(input)}</div>
${notes(input.notes)}</section>`;
}

/** A banner for each build that gave other values than the interpreter. */
function alarms({ metrics, boardFacts }: ReportInput): Markup {
  const wrong = Object.entries(metrics.boards).flatMap(([name, board]) =>
    buildsOf(board)
      .filter(({ run }) => run.bitExact === false)
      .map(
        (build) =>
          markup`<p class="alarm" role="alert"><b>NOT bit-exact</b> ${factsOf(name, boardFacts).title}, ${build.name} build: the board’s values differ from the integer network’s. Its figures describe another network: don’t ship it.</p>`,
      ),
  );
  return lines(wrong);
}

function accuracyTile({ metrics }: ReportInput): Markup {
  const { float, integer, data, bootstrap } = metrics;
  const figure = (value: number) => mainFigure(float.metric, value);
  const measurable = data.test > 0 && integer.test >= 0 && integer.test <= 1;
  const known = integer.interval !== undefined;
  const wilson =
    measurable && !known && float.metric === 'accuracy' ? wilsonInterval(integer.test, data.test) : undefined;
  const ends = integer.interval ?? wilson;
  const by = integer.interval && bootstrap ? `, by ${unitWords[bootstrap.by].one}` : '';
  const best = (metrics.baselines ?? []).reduce((most, { test }) => Math.max(most, test), -Infinity);
  const difference = integer.test - float.test;
  return markup`<div class="tile"><h2>${metricNames[float.metric]} on test</h2>
<p class="big">${figure(integer.test)}</p>
<p class="under">integer network, ${counted(data.test, 'recording')}${ends && markup`<br>95 % interval ${figure(ends[0])} to ${figure(ends[1])}${by}`}</p>
<dl>
${pair('Float network', figure(float.test))}
${pair('Integer against float', float.metric === 'r2' ? significant(difference) : points(difference))}
${float.metric === 'r2' ? pair('R² between the two', figure(integer.agreement)) : pair('Same prediction as float', percent(integer.agreement))}
${Number.isFinite(best) ? pair('Best simple method', figure(best)) : undefined}
</dl></div>`;
}

function sizeTile({ metrics }: ReportInput): Markup {
  const { paperBytes, modelBytes, nonzeros, recurrentNonzeros } = metrics.size;
  return markup`<div class="tile"><h2>Size of the model</h2>
<div class="two"><div><p class="big">${kilobytes(paperBytes)}</p>
<p class="under">the paper’s accounting, ${counted(paperBytes, 'byte')}</p></div>
<div><p class="big">${kilobytes(modelBytes)}</p>
<p class="under">constants that the firmware links, ${counted(modelBytes, 'byte')}</p></div></div>
<dl>
${pair('Nonzeros', count(nonzeros))}
${pair('Multiplications a step', count(recurrentNonzeros))}
</dl></div>`;
}

function boardTile({ metrics, boardFacts }: ReportInput): Markup {
  const names = Object.keys(metrics.boards);
  const name = names.includes(firstBoard) ? firstBoard : (names[0] ?? firstBoard);
  const facts = factsOf(name, boardFacts);
  const builds = Object.hasOwn(metrics.boards, name) ? buildsOf(metrics.boards[name]) : [];
  const integers = builds.filter(({ run }) => run.bitExact !== undefined);
  const shown = integers.length > 0 ? integers : builds;
  if (shown.length === 0) {
    const why = Object.hasOwn(metrics.skipped, name) ? metrics.skipped[name] : 'no build was run';
    return markup`<div class="tile"><h2>${facts.title}</h2><p class="big">Not run</p><p class="under">${why}</p></div>`;
  }
  const row = (title: string, figure: (run: BuildView['run']) => Content) =>
    markup`<tr><th scope="row">${title}</th>${shown.map(({ run }) => markup`<td>${figure(run)}</td>`)}</tr>`;
  return markup`<div class="tile"><h2>${facts.title}</h2>
${boardVerdict(integers)}
<p class="under">${facts.simulation}</p>
<table><thead><tr><th scope="col"><span class="unseen">Figure</span></th>${shown.map((build) => markup`<th scope="col">${build.name}</th>`)}</tr></thead>
<tbody>${lines([
    integers.every(({ run }) => run.bitExact)
      ? undefined
      : row('Values', ({ bitExact }) =>
          bitExact ? markup`<span class="good">equal</span>` : markup`<span class="bad">DIFFER</span>`,
        ),
    row('ms a step', (run) => significant(run.msPerStep)),
    row('ms a prediction', (run) => significant(run.msPerPrediction)),
    row('Flash, bytes', (run) => count(run.flashBytes)),
    row('RAM + stack, bytes', (run) => count(run.ramBytes + run.stackBytes)),
  ])}</tbody></table></div>`;
}

function boardVerdict(integers: readonly BuildView[]): Markup {
  if (integers.length === 0) return markup`<p class="big">Float</p>`;
  if (!integers.every(({ run }) => run.bitExact)) return markup`<p class="big bad">NOT bit-exact</p>`;
  const steps = Math.min(...integers.map(({ run }) => run.steps));
  return markup`<p class="big good">Bit-exact</p><p class="under">every value of ${counted(steps, 'step')}${integers.length > 1 ? ' in each build' : ''}</p>`;
}

const pair = (name: string, value: Content) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function notes(texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined;
  return markup`<div class="notes"><h2>Notes</h2><ul>${lines(texts.map((text) => markup`<li>${text}</li>`))}</ul></div>`;
}
