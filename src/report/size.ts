import { absent, count, counted, kilobytes, percent } from './format.js';
import type { ReportInput } from './input.js';
import { lines, markup, type Markup } from './markup.js';
import { headings, tableFigure } from './table.js';

/** What the firmware may link for a network: this many times the paper's accounting, and a constant for tables and counts. */
const linkedFactor = 1.2;
const linkedConstant = 256;

/** The size told twice, and the paper's accounting tensor by tensor. */
export function sizeSection({ metrics, sizeParts }: ReportInput): Markup {
  const { paperBytes, modelBytes, nonzeros, recurrentNonzeros } = metrics.size;
  const bound = Math.floor(linkedFactor * paperBytes + linkedConstant);
  return markup`<section id="size"><h2>Size</h2>
<dl class="facts">
<div><dt>The paper’s accounting</dt><dd>${counted(paperBytes, 'byte')} <span class="quiet">(${kilobytes(paperBytes)})</span></dd></div>
<div><dt>Constants that the firmware links</dt><dd>${counted(modelBytes, 'byte')} <span class="quiet">(${kilobytes(modelBytes)}; ${modelBytes <= bound ? 'within' : 'beyond'} the bound of ${count(bound)})</span></dd></div>
<div><dt>Nonzeros</dt><dd>${count(nonzeros)}</dd></div>
<div><dt>Multiplications a step by W and U</dt><dd>${count(recurrentNonzeros)}</dd></div>
</dl>
${partsTable(sizeParts)}
<p class="quiet">The paper’s accounting: 2 bytes a nonzero (value and index) of a matrix of the cell that is less than half full, else 1 byte an entry; 1 byte a bias, an entry of the classifier and a trainable scalar. Linked constants are weights, indices, counts, biases, scales, tables and the input’s affine map as they stand in the firmware; their bound is ${linkedFactor} times the paper’s accounting and ${linkedConstant} bytes. 1 KB is 1,024 bytes. The firmware’s code and working memory come on top: see Boards.</p></section>`;
}

function partsTable(parts: ReportInput['sizeParts']): Markup | undefined {
  if (parts.length === 0) return undefined;
  const sum = (field: 'entries' | 'nonzeros' | 'bytes') => parts.reduce((total, part) => total + part[field], 0);
  const bytes = sum('bytes');
  const largest = parts.reduce((most, part) => Math.max(most, part.bytes), 1);
  const rows = parts.map((part) => {
    const width = Number(((100 * part.bytes) / largest).toFixed(1));
    const filled = part.entries === 0 ? absent : percent(part.nonzeros / part.entries, 0);
    const share = bytes === 0 ? absent : percent(part.bytes / bytes, 1);
    return markup`<tr><th scope="row">${part.name}</th><td>${count(part.bytes)}</td><td>${share}</td><td class="share"><span class="bar" style="width:${width}%"></span></td><td>${count(part.entries)}</td><td>${count(part.nonzeros)}</td><td>${filled}</td></tr>`;
  });
  return tableFigure({
    label: 'Size by tensor',
    caption: 'The paper’s accounting by tensor',
    kind: 'parts',
    rows: markup`${headings(['Tensor', 'Bytes', 'Share', 'Bytes as a bar', 'Entries', 'Nonzeros', 'Filled'])}
<tbody>${lines(rows)}</tbody>
<tfoot><tr><th scope="row">All</th><td>${count(bytes)}</td><td></td><td class="share"></td><td>${count(sum('entries'))}</td><td>${count(sum('nonzeros'))}</td><td></td></tr></tfoot>`,
  });
}
