import type { FileScan, FolderFacts, Roles } from './facts.js';
import { spreadOf } from './facts.js';
import { jitterOfFile, rateOfFile } from './roles.js';

type Suspicions = FolderFacts['suspicious'];

/** How far a file's rate may be from the others'. */
const rateTolerance = 0.1;

/** What a file's columns are, to compare files by. */
export function columnsOf({ facts }: FileScan): string {
  return facts.columns
    .map(({ name, kind }) => (kind === 'empty' ? `${name}:number` : `${name}:${kind}`))
    .join('\u0000');
}

/** Files that look wrong: each with one reason. The most frequent kind of file is taken for the right one. */
export function findSuspicious(
  scans: readonly FileScan[],
  reference: FileScan | undefined,
  roles: Roles,
  compareLengths: boolean,
): Suspicions {
  const found: { file: string; what: string }[] = [];
  const first = new Map<string, string>();
  const rates = scans.map((scan) => rateOfFile(scan, roles));
  const usualRate = spreadOf(rates.filter((rate) => rate !== undefined)).median;
  const usualLength = spreadOf(scans.filter(({ facts }) => facts.rows > 0).map(({ facts }) => facts.rows)).median;
  scans.forEach((scan, i) => {
    const what =
      twin(scan, first) ??
      problem(scan) ??
      otherColumns(scan, reference) ??
      unsorted(scan, roles) ??
      otherRate(rates[i], usualRate) ??
      (compareLengths ? otherLength(scan, usualLength) : undefined);
    if (what !== undefined) found.push({ file: scan.file, what });
  });
  return found;
}

function twin({ file, hash, bytes }: FileScan, first: Map<string, string>): string | undefined {
  if (bytes === 0) return 'it is empty; take it out or record it again';
  const other = first.get(hash);
  if (other !== undefined) return `the same bytes as ${other}; take one of the two out`;
  first.set(hash, file);
  return undefined;
}

function problem({ facts: { problems } }: FileScan): string | undefined {
  if (problems.length === 0) return undefined;
  const [{ line, what }] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${line === undefined ? '' : `line ${line}, `}${what}${more}`;
}

function otherColumns(scan: FileScan, reference: FileScan | undefined): string | undefined {
  if (!reference || columnsOf(scan) === columnsOf(reference)) return undefined;
  const [own, others] = [scan.facts.columns, reference.facts.columns];
  if (own.length === 1 && own[0].kind === 'text' && others.length > 1) {
    return `one column of words, where ${reference.file} has ${others.length} columns; columns may be apart by comma, semicolon, tab, | or white space`;
  }
  if (own.length !== others.length) {
    return `${own.length} columns, where ${reference.file} has ${others.length}; all recordings need the same`;
  }
  const at = own.findIndex(({ name }, i) => name !== others[i].name);
  if (at >= 0) {
    return `column ${at + 1} is ${own[at].name}, where ${reference.file} has ${others[at].name}; all recordings need the same`;
  }
  const kind = own.findIndex(
    (column, i) => column.kind !== others[i].kind && column.kind !== 'empty' && others[i].kind !== 'empty',
  );
  if (kind < 0) return undefined;
  return `column ${own[kind].name} holds ${own[kind].kind}s, where ${reference.file} has ${others[kind].kind}s`;
}

function unsorted({ facts }: FileScan, { time, recording, group }: Roles): string | undefined {
  const column = facts.columns.find(({ name }) => name === time);
  if (!column || column.ascending || column.kind === 'empty' || (recording ?? group) !== undefined) return undefined;
  return `its ${column.name} goes back somewhere; sort the rows by it`;
}

function otherRate(rate: number | undefined, usual: number): string | undefined {
  if (rate === undefined || Math.abs(rate / usual - 1) <= rateTolerance) return undefined;
  return `${rate.toPrecision(3)} steps a second, where others have ${usual.toPrecision(3)}; data.rate brings all to one`;
}

function otherLength({ facts: { rows } }: FileScan, usual: number): string | undefined {
  if (rows * 4 >= usual && rows <= usual * 4) return undefined;
  return `${rows} steps, where others have about ${usual}`;
}

/** The rate to bring all to, where rates differ or steps are irregular: the usual one, rounded. */
export function resampleRate(scans: readonly FileScan[], roles: Roles): number | undefined {
  const rates = scans.map((scan) => rateOfFile(scan, roles)).filter((rate) => rate !== undefined);
  if (rates.length === 0) return undefined;
  const { min, median, max } = spreadOf(rates);
  const irregular = scans.some((scan) => jitterOfFile(scan, roles) > rateTolerance);
  if (!irregular && max / min <= 1 + rateTolerance) return undefined;
  return roundRate(median);
}

/** A rate that a person would have chosen: two digits where those are within 3 %. */
function roundRate(rate: number): number {
  const two = Number(rate.toPrecision(2));
  return Math.abs(two / rate - 1) <= 0.03 ? two : Number(rate.toPrecision(3));
}
