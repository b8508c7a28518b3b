import { absent, count, duration, exact } from './format.js';
import type { InputUnit, ReportInput } from './input.js';
import { lines, markup, type Content, type Markup } from './markup.js';
import { headings, tableFigure } from './table.js';

/** An int16's greatest value. */
const inputLimit = 32767;

const fact = (name: string, value: Content) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** The data, and what a count of each input means. */
export function dataSection({ metrics, inputUnits }: ReportInput): Markup {
  const { name, train, validation, test } = metrics.data;
  return markup`<section id="data"><h2>Data and input</h2>
<dl class="facts">
${fact('Data', name)}
${fact('Training recordings', count(train))}
${fact('Validation recordings', count(validation))}
${fact('Test recordings', count(test))}
</dl>
${inputUnits.length === 0 ? undefined : unitsTable(inputUnits)}</section>`;
}

/** Neighbouring channels with the same unit, as one row. */
function sameUnits(units: readonly InputUnit[]): InputUnit[][] {
  const groups: InputUnit[][] = [];
  for (const unit of units) {
    const group = groups.at(-1);
    if (group && group[0].lsb === unit.lsb && group[0].unit === unit.unit) group.push(unit);
    else groups.push([unit]);
  }
  return groups;
}

function unitsTable(units: readonly InputUnit[]): Markup {
  const rows = sameUnits(units).map((group) => {
    const { lsb, unit } = group[0];
    const channels =
      group.length > 2
        ? `${group[0].channel} to ${group[group.length - 1].channel} (${group.length})`
        : group.map(({ channel }) => channel).join(', ');
    const physical = (value: number) => exact(Number(value.toPrecision(7))) + (unit === '' ? '' : `\u00a0${unit}`);
    return markup`<tr><th scope="row">${channels}</th><td>${physical(lsb)}</td><td>±${physical(lsb * inputLimit)}</td></tr>`;
  });
  return markup`${tableFigure({
    label: 'Input channels',
    caption: 'The network’s input is int16; a physical value is a count times its unit',
    rows: markup`${headings(['Channel', 'One count', 'Range'])}
<tbody>${lines(rows)}</tbody>`,
  })}
<p class="quiet">Values out of range saturate. The integer network’s accuracy was measured on inputs rounded to counts.</p>`;
}

/** What computed the figures. */
export function environmentSection({ metrics }: ReportInput): Markup {
  const { training, environment, seed } = metrics;
  return markup`<section id="environment"><h2>Environment</h2>
<dl class="facts">
${fact('Training, all of the run', duration(training.seconds))}
${fact('Speed', `${count(Math.round(training.sequencesPerSecond))} sequences a second, ${training.gflops.toFixed(1)} GFLOP/s of useful work`)}
${fact('Workers', count(training.workers))}
${fact('Backend', training.backend === environment.backend ? training.backend : `${training.backend} in training, ${environment.backend} after`)}
${fact('Fused multiply-add', training.fma ? 'yes: another machine may give other weights' : 'no: every machine gives the same weights')}
${fact('Seed', String(seed))}
${fact('Node.js', environment.node || absent)}
${fact('CPU', environment.cpu || absent)}
${fact('Commit', environment.commit === '' ? absent : markup`<code>${environment.commit}</code>`)}
</dl></section>`;
}

/** The resolved recipe, to run it again. */
export function recipeSection({ metrics, recipeYaml }: ReportInput): Markup {
  return markup`<section id="recipe"><h2>Recipe</h2>
<p>The recipe <b>${metrics.recipe}</b> with every default written out. With the same data it gives the same model file, byte for byte${metrics.training.fma ? ', on the same kind of machine' : ''}.</p>
<pre class="scroll" role="region" aria-label="Recipe as YAML" tabindex="0"><code>${recipeYaml}</code></pre></section>`;
}
