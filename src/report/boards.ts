import { factsOf, type BoardFacts } from './board-facts.js';
import { absent, count, percent, significant } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Content, type Markup } from './markup.js';
import type { BoardBuilds, BoardRun } from './metrics.js';
import { headings, tableFigure } from './table.js';

const buildNames = ['runtime', 'generated', 'float32', 'frontend', 'listening'] as const;

/** A build as the tables show it. */
export interface BuildView {
  readonly name: (typeof buildNames)[number];
  /** `bitExact` is undefined for a build in float arithmetic, which is never called so. */
  readonly run: Omit<BoardRun, 'bitExact'> & {
    readonly bitExact: boolean | undefined;
    readonly withinTolerance?: boolean;
    readonly compiler?: string;
    readonly busy?: number;
  };
}

/** The builds of a board that were run, in the order of the tables. */
export function buildsOf(board: BoardBuilds): BuildView[] {
  return buildNames.flatMap((name) => {
    const run = board[name];
    if (!run) return [];
    const bitExact = 'bitExact' in run && name !== 'float32' ? run.bitExact : undefined;
    return [{ name, run: { ...run, bitExact } }];
  });
}

/** Whether each build gave the definition's values, and the one in float arithmetic values within its tolerance. */
export function allExact(boards: Readonly<Record<string, BoardBuilds>>): boolean {
  return Object.values(boards)
    .flatMap(buildsOf)
    .every(({ run }) => run.bitExact !== false && run.withinTolerance !== false);
}

/** Bytes, and which part they are of what the board has: 1,234 (4 %). */
function ofBoard(bytes: number, whole: number | undefined): Markup {
  const share = whole === undefined ? undefined : markup` <span class="quiet">(${percent(bytes / whole, 0)})</span>`;
  return markup`${count(bytes)}${share}`;
}

/** Says of a build whether the board gave the interpreter's values. */
function verdict(run: BuildView['run']): Markup {
  if (run.withinTolerance === false) return markup`<span class="badge bad">float, BEYOND ITS TOLERANCE</span>`;
  if (run.bitExact === undefined) {
    return markup`<span class="badge">float${run.withinTolerance === undefined ? '' : ', within tolerance'}</span>`;
  }
  return run.bitExact
    ? markup`<span class="badge good">bit-exact</span>`
    : markup`<span class="badge bad">NOT bit-exact</span>`;
}

/** What each board did, builds side by side, and what was not run and why. */
export function boardsSection({ metrics, boardFacts }: ReportInput): Markup {
  const boards = Object.entries(metrics.boards);
  const cards = boards.map(([name, board]) => boardCard(factsOf(name, boardFacts), buildsOf(board)));
  const skipped = Object.entries(metrics.skipped);
  return markup`<section id="boards"><h2>Boards</h2>
${boards.length === 0 ? markup`<p>No board was run.</p>` : undefined}
<div class="cards">${cards}${skipped.length === 0 ? undefined : skippedCard(skipped)}</div>
<p class="quiet">Boards are simulated: the firmware’s own machine code was executed, and every state and logit compared with the integer interpreter’s. Cycles are the simulator’s count for one step, or follow from the instructions that it counts and a table of the core’s costs where they are called modelled; wait states of flash are left out. Times follow from cycles and clock; energy is derived from them and the current that a datasheet gives. RAM is static data, the stack its greatest depth, flash the whole image. <i>runtime</i> is the ready-made image with the model as a blob; <i>generated</i> is the exported C, compiled; <i>float32</i> is the C in float arithmetic, whose values are compared by a bound on rounding errors; <i>frontend</i> is the C that makes features of sound, alone, whose step is a hop, and <i>listening</i> is the same with the network behind it.</p></section>`;
}

function boardCard(facts: BoardFacts, builds: readonly BuildView[]): Markup {
  const row = (name: string, figure: (run: BuildView['run']) => Content) =>
    markup`<tr><th scope="row">${name}</th>${builds.map(({ run }) => markup`<td>${figure(run)}</td>`)}</tr>`;
  const some = (has: (run: BuildView['run']) => boolean) => builds.some(({ run }) => has(run));
  const modelled = some((run) => run.cycleModel !== undefined);
  const part = (name: string, bytes: (flash: NonNullable<BoardRun['flash']>) => number) =>
    row(name, ({ flash }) => (flash ? count(bytes(flash)) : absent));
  const rows = [
    row('Values', verdict),
    row('Sequences', (run) => count(run.sequences)),
    row('Steps compared', (run) => count(run.steps)),
    row(modelled ? 'Cycles a step, modelled' : 'Cycles a step', (run) => count(run.cyclesPerStep)),
    row('ms a step', (run) => significant(run.msPerStep)),
    row('ms a prediction', (run) => significant(run.msPerPrediction)),
    some((run) => run.busy !== undefined)
      ? row('Of real time, busy', ({ busy }) => (busy === undefined ? absent : percent(busy, 1)))
      : undefined,
    row('Flash, bytes', (run) => ofBoard(run.flashBytes, facts.flashBytes)),
    ...(some((run) => run.flash !== undefined)
      ? [
          part('of it weights', ({ weights }) => weights),
          part('of it tables', ({ tables }) => tables),
          part('of it code', ({ code }) => code),
        ]
      : []),
    row('RAM, bytes', (run) => ofBoard(run.ramBytes, facts.ramBytes)),
    row('Stack, bytes', (run) => ofBoard(run.stackBytes, facts.ramBytes)),
    row('RAM + stack, bytes', (run) => ofBoard(run.ramBytes + run.stackBytes, facts.ramBytes)),
    some((run) => run.energy !== undefined)
      ? row('µJ a prediction, derived', ({ energy }) =>
          energy ? significant(energy.microjoulesPerPrediction) : absent,
        )
      : undefined,
    builds.some(({ run }) => run.compiler !== undefined) ? row('Compiler', (run) => run.compiler ?? absent) : undefined,
  ];
  const body =
    builds.length === 0
      ? markup`<p>No build was run.</p>`
      : tableFigure({
          label: `Figures of ${facts.title}`,
          rows: markup`${headings(['Build', ...builds.map(({ name }) => name)])}
<tbody>${lines(rows)}</tbody>`,
        });
  const models = new Set(builds.flatMap(({ run }) => run.cycleModel ?? []));
  const sources = new Set(builds.flatMap(({ run }) => run.energy?.derivedFrom ?? []));
  const notes = [
    ...[...models].map((text) => markup`<p class="quiet">Cycles: ${text}.</p>`),
    ...[...sources].map((text) => markup`<p class="quiet">Energy: ${text}.</p>`),
  ];
  return markup`<article class="card"><h3>${facts.title}</h3><p class="quiet">${facts.simulation}</p>${body}${lines(notes)}</article>`;
}

function skippedCard(skipped: readonly (readonly [string, string])[]): Markup {
  const rows = skipped.map(([name, why]) => markup`<tr><th scope="row">${name}</th><td>${why}</td></tr>`);
  const table = tableFigure({
    label: 'Boards and builds that were not run',
    kind: 'words',
    rows: markup`${headings(['Board or build', 'Why'])}
<tbody>${lines(rows)}</tbody>`,
  });
  return markup`<article class="card"><h3>Not run</h3><p class="quiet">left out of this run</p>${table}</article>`;
}
