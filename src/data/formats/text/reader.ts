import { DataError } from '../../errors.js';
import type { Recording } from '../../recording.js';
import { describeColumns } from './describe-table.js';
import type { ColumnRoles, FileFacts, FormatReader, Problem } from '../format.js';
import { recordingsOf } from './table-recordings.js';
import type { Table } from './table.js';
import { openTable, type Opening } from './dialect.js';
import { plainText, type PlainText } from './encoding.js';
import { parseTable } from './parse-table.js';

/** What is wrong is told so often of one file. */
const mostProblems = 20;

/**
 * Tables as text: columns apart by comma, semicolon, tab, vertical line or white space, decimal point or comma, with a header
 * or without, quotes, comments that begin with #, UTF-8 or UTF-16.
 */
export const textReader: FormatReader = {
  name: 'CSV',
  endings: ['.csv', '.tsv', '.txt', '.dat', '.tab'],
  async read(bytes, file, roles): Promise<Recording[]> {
    return recordingsOf(readTable(bytes, file, roles), roles);
  },
  async describe(bytes, file): Promise<FileFacts> {
    const problems: Problem[] = [];
    try {
      const { text, opening } = open(bytes, file);
      const table = parseTable(text, opening, file, {
        onProblem: (line, what) => problems.length < mostProblems && problems.push({ line, what: bare(what) }),
      });
      return {
        format: 'CSV',
        dialect: opening.dialect,
        columns: describeColumns(table),
        rows: table.rows,
        recordings: 1,
        problems,
      };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push({ what: bare(error.message.replace(file, '')) });
      return { format: 'CSV', columns: [], rows: 0, recordings: 0, problems };
    }
  },
};

/** Reads a table of text; columns that no role needs aren't looked at where the channels are listed. */
function readTable(bytes: Uint8Array, file: string, roles: ColumnRoles = {}): Table {
  const { text, opening } = open(bytes, file);
  const beside = [roles.label, roles.group, roles.recording].filter((name) => name !== undefined);
  const wanted = roles.channels && [
    ...roles.channels,
    ...beside,
    ...(roles.targets ?? []),
    ...(roles.time === undefined ? [] : [roles.time]),
  ];
  return parseTable(text, opening, file, { texts: new Set(beside), wanted: wanted && new Set(wanted) });
}

function open(bytes: Uint8Array, file: string): { text: PlainText; opening: Opening } {
  const text = plainText(bytes, file);
  const opening = openTable(text);
  if (opening === undefined) throw new DataError(`${file} is empty; take it out or record it again`);
  return { text, opening };
}

function bare(what: string): string {
  return what.replace(/^[\s,:]+/, '');
}
