// How fast CSV is read on one core, beside the package csv-parse (whose cells are made numbers here too).
//   npm run build && node bench/csv.mjs [megabytes]
import { parse } from 'csv-parse/browser/esm/sync';
import { readerOf } from '../dist/data/formats/readers.js';

const megabytes = Number(process.argv[2] ?? 20);

/** Text of about so many bytes, `columns` numbers a row. */
function make(columns, number, more = '') {
  const rows = [Array.from({ length: columns }, (_, i) => `c${i}`).join(',') + (more && ',label')];
  let length = 0;
  for (let i = 0; length < megabytes * 1e6; i++) {
    const row = Array.from({ length: columns }, (_, c) => number(i * columns + c)).join(',') + more;
    rows.push(row);
    length += row.length + 1;
  }
  return new TextEncoder().encode(rows.join('\n') + '\n');
}

/** A number in [-1, 1) that looks random; no generator is needed for that. */
const scatter = (i) => 2 * ((i * 0.618_033_988_749_895) % 1) - 1;

const files = {
  '6 columns of 4 decimals': make(6, (i) => scatter(i).toFixed(4)),
  '6 columns of 17 digits': make(6, (i) => String(scatter(i))),
  '9 columns as 1.234567e-02': make(9, (i) => scatter(i).toExponential(6)),
  '3 columns of whole numbers and a label': make(3, (i) => String(Math.round(2000 * scatter(i))), ',walking'),
};

/** MB/s of the fastest of three. */
async function measure(bytes, run) {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  return (bytes.length / 1e6 / (best / 1000)).toFixed(0).padStart(5);
}

console.log(`${'MB/s'.padEnd(42)}fastgrnn  csv-parse`);
for (const [name, bytes] of Object.entries(files)) {
  const roles = name.endsWith('label') ? { label: 'label' } : {};
  const own = await measure(bytes, () => readerOf('x.csv').read(bytes, 'x.csv', roles));
  const other = await measure(bytes, () =>
    parse(new TextDecoder().decode(bytes), { from_line: 2 }).map((row) => row.map(Number)),
  );
  console.log(`${name.padEnd(42)}${own}      ${other}`);
}
