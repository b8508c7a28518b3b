import { kindOf, writeFile } from '#platform';
import path from 'node:path';
import type { Command } from 'commander';
import { proposeRecipe, recipeText, scanFolder, type FolderFacts } from '../../data/index.js';
import { parseRecipe, resolveRecipe } from '../../recipe/index.js';
import { filled } from '../options.js';
import { bad, bold, dim, good, percent, table } from '../terminal.js';

interface Flags {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Files and classes are listed up to so many. */
const mostLines = 12;

export function addInit(program: Command): void {
  program
    .command('init')
    .summary('look at a folder of recordings and write a recipe for it')
    .description(
      'Looks at a folder of recordings, tells what it found and what looks wrong, and writes a commented recipe that ' +
        'fastgrnn run takes as it is. Exits with 1 when something has to be put right first.',
    )
    .argument('<folder>', 'the folder of recordings', filled)
    .option('--out <file>', 'where the recipe goes (default: recipe.yaml in the folder)', filled)
    .option('--force', 'replace a recipe that is there already')
    .option('--json', 'print what was found as JSON')
    .action(async (folder: string, flags: Flags) => {
      const facts = await scanFolder(folder);
      const file = flags.out ?? path.join(folder, 'recipe.yaml');
      const kept = (await kindOf(file)) === 'file' && !flags.force;
      const text = makeRecipe(facts, file);
      if (!kept) await writeFile(file, text);
      if (facts.blocking.length > 0) process.exitCode = 1;
      if (flags.json) return console.log(JSON.stringify({ recipe: file, written: !kept, facts }, undefined, 2));
      console.log(report(facts));
      const command = bold(`fastgrnn run ${/^[\w-]+$/.test(file) ? `./${file}` : quoted(file)}`);
      console.log(
        kept
          ? `\n${file} was there already and is kept; --force replaces it, --out writes elsewhere`
          : `\n${good('written')}  ${file}\n${facts.blocking.length > 0 ? 'after that' : 'next'}     ${command}`,
      );
    });
}

/** The recipe's text; it is read back, so that what is written can be run. */
function makeRecipe(facts: FolderFacts, file: string): string {
  const relative = path.relative(path.dirname(path.resolve(file)), path.resolve(facts.root));
  const from = relative === '' ? '.' : relative.split(path.sep).join('/');
  const text = recipeText(proposeRecipe(facts, from), [
    `A recipe for the ${facts.recordings} recordings in ${path.basename(path.resolve(facts.root))}, as fastgrnn init found them.`,
    'Change what you like: docs/recipes.md has all fields, docs/recordings.md says what init looks for.',
    ...facts.blocking.map((what) => `TO BE PUT RIGHT: ${what}`),
  ]);
  resolveRecipe(parseRecipe(text, file), file);
  return text;
}

function quoted(file: string): string {
  return /^[\w./\\:-]+$/.test(file) ? file : JSON.stringify(file);
}

function report(facts: FolderFacts): string {
  const { formats, roles, lengths, rate, jitter, resample, missing, groupBy, classes, passedOver } = facts;
  const found = formats.map(({ name, files, dialect }) => `${files} ${name}${dialect ? dim(` (${dialect})`) : ''}`);
  const rows: string[][] = [
    ['files', `${listed(found)}, ${megabytes(facts.bytes)}`],
    ...(passedOver.length > 0 ? [['passed over', `${passedOver.length}: ${listed(passedOver, 5)}`]] : []),
    ['recordings', `${facts.recordings} in all${facts.hasTest ? ', a test part kept apart' : ''}`],
    [
      'length',
      lengths.min === lengths.max
        ? `${lengths.max} steps each`
        : `${lengths.min} to ${lengths.max} steps, in the middle ${lengths.median}`,
    ],
    ['classes', `${classes.length}${whereOf(facts)}`],
    ['groups', groupBy.from === 'none' ? 'none found' : `${groupBy.groups}, by ${groupOf(facts)}`],
    ...(facts.layout === 'format'
      ? []
      : [['channels', `${roles.channels.length}: ${listed(roles.channels, mostLines)}`]]),
    ...(roles.ignored.length > 0
      ? [
          [
            'left out',
            listed(
              roles.ignored.map((name) => name || '(no name)'),
              mostLines,
            ),
          ],
        ]
      : []),
    ...(roles.recording === undefined ? [] : [['divided by', roles.recording]]),
    ...(roles.time === undefined ? [] : [['time', `${roles.time}${roles.timeUnit ? `, in ${roles.timeUnit}` : ''}`]]),
    ...(rate ? [['rate', rateText(rate, jitter, resample)]] : []),
    [
      'missing',
      missing.values === 0
        ? 'no values'
        : bad(`${missing.values} values in ${missing.files} files`) + ': the value before is held',
    ],
  ];
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  const classRows = classes
    .slice(0, 30)
    .map(({ name, count }) => [
      name + (name === facts.nullClass ? dim(' (nothing in particular)') : ''),
      String(count),
      percent(count / total),
    ]);
  if (classes.length > 30) classRows.push([`and ${classes.length - 30} more`, '', '']);
  const parts = [table(rows)];
  if (classRows.length > 0) parts.push(`${bold(`classes, in ${facts.classUnit}`)}\n${table(classRows)}`);
  if (facts.suspicious.length > 0) {
    const shown = facts.suspicious.slice(0, mostLines).map(({ file, what }) => `${bad(file)}  ${what}`);
    const more = facts.suspicious.length - shown.length;
    parts.push(`${bold('suspicious')}\n${shown.join('\n')}${more > 0 ? `\nand ${more} more (--json lists all)` : ''}`);
  }
  if (facts.blocking.length > 0) parts.push(`${bold('to be put right')}\n${facts.blocking.join('\n')}`);
  return parts.join('\n\n');
}

function whereOf({ layout, roles, labelFile }: FolderFacts): string {
  switch (layout) {
    case 'folder':
      return ', a subfolder each';
    case 'column':
      return `, in the column ${roles.label}`;
    case 'file':
      return `, in ${labelFile}`;
    case 'format':
      return ', in the files';
    case 'none':
      return '';
  }
}

function groupOf({ groupBy, roles }: FolderFacts): string {
  if (groupBy.from === 'column') return `the column ${roles.group}`;
  return groupBy.from === 'name' ? `file name (${groupBy.pattern})` : 'subfolder';
}

function rateText(rate: NonNullable<FolderFacts['rate']>, jitter: number, resample: number | undefined): string {
  const [low, high] = [rate.min, rate.max].map((value) => value.toPrecision(3));
  const irregular = jitter > 0.1 ? `, irregular by up to ${percent(jitter)} of a step` : '';
  return `${low === high ? low : `${low} to ${high}`} steps a second${irregular}${resample ? `; will be resampled to ${resample}` : ''}`;
}

function listed(items: readonly string[], most = items.length): string {
  return items.length > most ? `${items.slice(0, most).join(', ')} and ${items.length - most} more` : items.join(', ');
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
