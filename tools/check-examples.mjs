// Checks the fenced blocks of README.md, CONTRIBUTING.md and docs/*.md (CONTRIBUTING.md says how a block is marked):
// ts and js are type-checked against the built package and run; the npm and fastgrnn commands of sh and bash are parsed.
//
//   node tools/check-examples.mjs [FILE.md …]     run after npm run build; exits 1 where an example is wrong
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { commandLineProgram } from '../dist/cli/program.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = path.join(root, 'dist/cli/main.js');
/** Within the package, so that `import 'fastgrnn'` finds it. */
mkdirSync(path.join(root, '.check-examples'), { recursive: true });
const work = mkdtempSync(path.join(root, '.check-examples/run-'));
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const documents =
  process.argv.length > 2
    ? process.argv.slice(2)
    : [
        'README.md',
        'CONTRIBUTING.md',
        ...readdirSync(path.join(root, 'docs'))
          .filter((name) => name.endsWith('.md'))
          .map((name) => `docs/${name}`),
      ];

/** @typedef {{ place: string, language: string, code: string, mark: string }} Block */

/** The fenced blocks of a document, each with the text of the comment `<!-- example: … -->` right above it. */
function blocksOf(file) {
  const lines = readFileSync(path.resolve(root, file), 'utf8').split('\n');
  /** @type {Block[]} */
  const blocks = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\w+)\s*$/.exec(lines[i]);
    if (!fence) continue;
    let before = i - 1;
    while (before >= 0 && lines[before].trim() === '') before--;
    const mark = /^<!-- example: (.*) -->$/.exec(lines[before] ?? '')?.[1] ?? '';
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${file}:${i + 1}: the block has no end`);
    blocks.push({ place: `${file}:${i + 1}`, language: fence[1], code: lines.slice(i + 1, end).join('\n'), mark });
    i = end;
  }
  return blocks;
}

/** @type {string[]} */
const problems = [];
const counts = { typed: 0, run: 0, parsed: 0, commandsRun: 0 };

/** `types`, `given CODE`, `run`, `with PATH as NAME`, by semicolons. */
function marksOf({ mark, place }) {
  const marks = { types: false, given: '', run: false, files: [] };
  for (const part of mark.split(';').map((text) => text.trim())) {
    const file = /^with (\S+) as (\S+)$/.exec(part);
    if (part === '') continue;
    else if (part === 'types') marks.types = true;
    else if (part === 'run') marks.run = true;
    else if (part.startsWith('given ')) marks.given = `${part.slice(6)};`;
    else if (file) marks.files.push({ from: file[1], to: file[2] });
    else problems.push(`${place}: unknown mark "${part}"; types, run, given CODE, with PATH as NAME are known`);
  }
  return marks;
}

/** Type-checks all blocks at once, then runs those that aren't marked `types`. @param {Block[]} blocks */
function checkCode(blocks) {
  const files = blocks.map((block, i) => {
    const marks = marksOf(block);
    const file = path.join(work, `example${i}.mts`);
    // On one line, so that a block's lines keep their numbers.
    writeFileSync(file, `${marks.given ? `${marks.given} ` : ''}${block.code}\nexport {};\n`);
    return { block, file, marks };
  });
  const program = ts.createProgram(
    files.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      verbatimModuleSyntax: true,
      // Examples may assert types that an index can miss, as the package itself does.
      noUncheckedIndexedAccess: false,
    },
  );
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const found = files.find(({ file }) => path.resolve(diagnostic.file?.fileName ?? '') === file);
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    if (!found) problems.push(text);
    else {
      const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
      const [document, first] = found.block.place.split(':');
      problems.push(`${document}:${Number(first) + 1 + line}: ${text}`);
    }
  }
  counts.typed += files.length;
  if (problems.length > 0) return;
  program.emit();
  for (const { block, file, marks } of files) {
    if (marks.types) continue;
    const { status, stderr } = spawnSync(process.execPath, [file.replace(/\.mts$/, '.mjs')], {
      cwd: work,
      encoding: 'utf8',
      timeout: 300_000,
    });
    counts.run++;
    if (status !== 0) problems.push(`${block.place}: ended with ${status}\n${stderr}`);
  }
}

/** The commands of a line: without the comment at its end, divided at `&&`. */
function commandsOf(line) {
  return line
    .replace(/(^|\s)#.*$/, '')
    .split('&&')
    .map((command) => (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, '')))
    .filter((words) => words.length > 0);
}

/** Parses the commands of a block and, where it is marked `run`, runs those of fastgrnn. @param {Block} block */
async function checkCommands(block) {
  const marks = marksOf(block);
  const folder = marks.run ? mkdtempSync(path.join(tmpdir(), 'fastgrnn-example-')) : undefined;
  for (const { from, to } of marks.files)
    cpSync(path.join(root, from), path.join(folder ?? work, to), { recursive: true });
  for (const [i, line] of block.code.split('\n').entries()) {
    const [document, first] = block.place.split(':');
    const place = `${document}:${Number(first) + 1 + i}`;
    for (const words of commandsOf(line)) {
      const wrong = await parse(words);
      if (wrong === undefined) continue;
      if (wrong !== '') problems.push(`${place}: ${words.join(' ')}: ${wrong}`);
      counts.parsed++;
      if (!folder || words[0] !== 'npx') continue;
      const { status, stderr } = spawnSync(process.execPath, [main, ...words.slice(2)], {
        cwd: folder,
        encoding: 'utf8',
      });
      counts.commandsRun++;
      if (status !== 0) problems.push(`${place}: ${words.join(' ')}: ended with ${status}\n${stderr}`);
    }
  }
  if (folder) rmSync(folder, { recursive: true });
}

/** What is wrong with a command: '' for nothing, undefined where it is none of ours. @param {string[]} words */
async function parse([program, ...rest]) {
  if (program === 'npm') {
    const [verb, name] = rest;
    const script = verb === 'run' ? name : ['test', 'start'].includes(verb) ? verb : undefined;
    if (script === undefined) return ['ci', 'install', 'pack'].includes(verb) ? '' : `npm ${verb} is not known here`;
    return script in scripts ? '' : `package.json has no script ${script}`;
  }
  if (program !== 'npx' || rest[0] !== 'fastgrnn') return undefined;
  const commands = await commandLineProgram();
  const quiet = (command) => {
    command.action(() => undefined).exitOverride();
    command.configureOutput({ writeErr: () => undefined, outputError: () => undefined });
    for (const sub of command.commands) quiet(sub);
  };
  for (const command of commands.commands) quiet(command);
  try {
    await commands.parseAsync(rest.slice(1), { from: 'user' });
    return '';
  } catch (error) {
    return error.exitCode === 0 ? '' : error.message;
  }
}

try {
  const blocks = documents.flatMap(blocksOf);
  checkCode(blocks.filter(({ language }) => ['ts', 'js', 'typescript', 'javascript'].includes(language)));
  for (const block of blocks) if (['sh', 'bash'].includes(block.language)) await checkCommands(block);
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(
  `examples: ${counts.typed} type-checked, ${counts.run} of them run; ${counts.parsed} commands parsed, ${counts.commandsRun} of them run; ${problems.length} wrong`,
);
if (problems.length > 0) process.exitCode = 1;
