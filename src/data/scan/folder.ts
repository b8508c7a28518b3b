import { kindOf } from '#platform';
import { DataError } from '../errors.js';
import { isSoundFormat, readableEndings } from '../formats/readers.js';
import {
  countBy,
  spreadOf,
  type ClassFacts,
  type FileScan,
  type FolderFacts,
  type Layout,
  type Roles,
} from './facts.js';
import { findGroups } from './groups.js';
import { findRoles, jitterOfFile, rateOfFile } from './roles.js';
import { columnsOf, findSuspicious, resampleRate } from './suspicious.js';
import { walk } from './walk.js';

const nullNames = /^(null|none|nothing|other|background|unknown|no_?(activity|gesture|event|class)|undefined)$/i;

/**
 * Looks at a folder of recordings: reads each file once, guesses what is what, and tells what looks wrong.
 *
 * @throws DataError where there is no such folder or nothing in it that can be read
 */
export async function scanFolder(root: string): Promise<FolderFacts> {
  if ((await kindOf(root)) !== 'directory')
    throw new DataError(`there is no folder ${root}; name the folder of your recordings`);
  const { scans: all, passedOver } = await walk(root);
  const labels = all.find(isLabelTable);
  const scans = all.filter((scan) => scan !== labels);
  if (scans.length === 0) {
    throw new DataError(
      `${root} has no recordings: none of its files ends in ${readableEndings().join(', ')}, plain or with .gz`,
    );
  }
  const sound = scans.filter(({ facts }) => facts.problems.length === 0 && facts.rows > 0);
  const reference = usual(sound);
  const tables = reference ? sound.filter((scan) => columnsOf(scan) === columnsOf(reference)) : [];
  const inFolders = 2 * scans.filter(({ folders }) => folders.length > 0).length > scans.length;
  const guessed = findRoles(tables, !inFolders && !labels);
  const layout = findLayout(tables, guessed, labels !== undefined, inFolders);
  const roles = layout === 'column' || guessed.label === undefined ? guessed : withoutLabel(guessed, layout);
  const { classes, classUnit } = findClasses(scans, labels, layout, roles);
  const groupBy = findGroups(scans, layout, roles);
  const rates = sound.map((scan) => rateOfFile(scan, roles)).filter((rate) => rate !== undefined);
  const suspicious = findSuspicious(scans, reference, roles, layout === 'folder');
  const lengths = sound.flatMap((scan) => lengthsOf(scan, roles));
  const lacking = sound.map((scan) => missingIn(scan, roles, layout));
  return {
    root,
    files: scans.length,
    bytes: scans.reduce((sum, { bytes }) => sum + bytes, 0),
    formats: formatsOf(scans),
    passedOver,
    layout,
    labelFile: labels?.file,
    hasTest: scans.some(({ part }) => part === 'test'),
    roles,
    groupBy,
    recordings: lengths.length,
    lengths: spreadOf(lengths),
    rate: rates.length > 0 ? spreadOf(rates) : undefined,
    jitter: sound.reduce((most, scan) => Math.max(most, jitterOfFile(scan, roles)), 0),
    resample: sound.some(({ facts }) => isSoundFormat(facts.format)) ? undefined : resampleRate(sound, roles), // sounds are resampled to what features need
    classes,
    classUnit,
    nullClass: classUnit === 'recordings' ? undefined : classes.find(({ name }) => nullNames.test(name))?.name,
    missing: {
      values: lacking.reduce((sum, count) => sum + count, 0),
      files: lacking.filter((count) => count > 0).length,
    },
    suspicious,
    broken: scans.filter(({ facts }) => facts.problems.length > 0).length,
    blocking: blockingOf(scans, layout, classes, roles),
  };
}

/** A table with a header that names start, end and label. */
function isLabelTable({ facts }: FileScan): boolean {
  const names = facts.columns.map(({ name }) => name);
  return ['start', 'end', 'label'].every((name) => names.includes(name));
}

/** The file whose columns most others have too. */
function usual(scans: readonly FileScan[]): FileScan | undefined {
  const counts = countBy(scans, columnsOf);
  const most = Math.max(0, ...counts.values());
  return scans.find((scan) => counts.get(columnsOf(scan)) === most);
}

function findLayout(tables: readonly FileScan[], roles: Roles, hasLabelFile: boolean, inFolders: boolean): Layout {
  if (hasLabelFile) return 'file';
  if (tables.some(({ facts }) => facts.labels && facts.labels.length > 0)) return 'format';
  if (roles.label !== undefined) {
    const changing = tables.filter(({ facts }) =>
      facts.columns.some(({ name, changes }) => name === roles.label && changes > 0),
    );
    if (!inFolders || 2 * changing.length > tables.length) return 'column';
  }
  return inFolders ? 'folder' : 'none';
}

/** A column of classes is no channel, also where the classes stand elsewhere. */
function withoutLabel(roles: Roles, layout: Layout): Roles {
  const { label, ...rest } = roles;
  return layout === 'format' || label === undefined ? rest : { ...rest, ignored: [...roles.ignored, label] };
}

function findClasses(
  scans: readonly FileScan[],
  labels: FileScan | undefined,
  layout: Layout,
  roles: Roles,
): { classes: ClassFacts[]; classUnit: FolderFacts['classUnit'] } {
  const sorted = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofColumn = (files: readonly FileScan[], column: string | undefined) => {
    const counts = new Map<string, number>();
    for (const { facts } of files) {
      const { distinct = [], counts: own = [] } = facts.columns.find(({ name }) => name === column) ?? {};
      distinct.forEach((name, i) => counts.set(name, (counts.get(name) ?? 0) + (own[i] ?? 1)));
    }
    return sorted(counts);
  };
  switch (layout) {
    case 'folder': {
      const inFolders = scans.filter(({ folders }) => folders.length > 0);
      return { classes: sorted(countBy(inFolders, ({ folders }) => folders[0])), classUnit: 'recordings' };
    }
    case 'format': {
      const all = scans.flatMap(({ facts }) => facts.labels ?? []);
      return { classes: sorted(countBy(all, (label) => label)), classUnit: 'recordings' };
    }
    case 'column':
      return { classes: ofColumn(scans, roles.label), classUnit: 'steps' };
    case 'file':
      return { classes: ofColumn(labels ? [labels] : [], 'label'), classUnit: 'spans' };
    case 'none':
      return { classes: [], classUnit: 'recordings' };
  }
}

function formatsOf(scans: readonly FileScan[]): FolderFacts['formats'] {
  const key = ({ facts: { format, dialect } }: FileScan) => {
    if (!dialect) return format;
    const { delimiter, decimal, header, encoding } = dialect;
    const called = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical line', ' ': 'white space' }[delimiter];
    const more = [
      decimal === ',' ? 'decimal comma' : '',
      header ? 'header' : 'no header',
      encoding === 'utf-8' ? '' : encoding,
    ];
    return [format, called, ...more].filter((word) => word !== '').join(', ');
  };
  return [...countBy(scans, key)].map(([name, files]) => {
    const [format, ...dialect] = name.split(', ');
    return { name: format, files, dialect: dialect.length > 0 ? dialect.join(', ') : undefined };
  });
}

function lengthsOf({ facts }: FileScan, { recording, group }: Roles): number[] {
  if (facts.lengths) return [...facts.lengths];
  const divider =
    facts.columns.find(({ name }) => name === recording) ?? facts.columns.find(({ name }) => name === group);
  const pieces = (divider?.changes ?? 0) + 1;
  return new Array<number>(pieces).fill(Math.round(facts.rows / pieces));
}

function missingIn({ facts }: FileScan, { channels }: Roles, layout: Layout): number {
  const isChannel = (name: string) => layout === 'format' || channels.includes(name);
  return facts.columns.reduce((sum, { name, missing }) => sum + (isChannel(name) ? missing : 0), 0);
}

function blockingOf(
  scans: readonly FileScan[],
  layout: Layout,
  classes: readonly ClassFacts[],
  roles: Roles,
): string[] {
  const blocking: string[] = [];
  if (layout === 'none') {
    blocking.push(
      'no classes were found: make a subfolder for each class, a column label, or a table labels.csv with the columns start, end, label and file',
    );
  } else if (classes.length < 2) {
    blocking.push(`there is one class alone, ${classes[0]?.name ?? '(none)'}: record others too`);
  }
  const beside = layout === 'folder' ? scans.filter(({ folders }) => folders.length === 0) : [];
  if (beside.length > 0)
    blocking.push(`${beside[0].file} lies beside the class folders: move it into one of them, or elsewhere`);
  const broken = scans.filter(({ facts }) => facts.problems.length > 0);
  // A few broken sounds among many are left out by what the recipe says.
  const isLeftOut = scans.some(({ facts }) => isSoundFormat(facts.format)) && 10 * broken.length <= scans.length;
  if (broken.length > 0 && !isLeftOut) {
    blocking.push(
      `${broken.length} ${broken.length === 1 ? 'file' : 'files'} can't be read as they are, ${broken[0].file} among them (see above)`,
    );
  }
  if (roles.channels.length === 0)
    blocking.push('no column is a channel: there must be one of numbers beside time and class');
  return blocking;
}
