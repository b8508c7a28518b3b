import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../src/testing/index.js';

/** Runs tools/check-examples.mjs, which CI runs on all documents, on one of our own. */
async function check(text: string) {
  const folder = await temporaryFolder();
  try {
    const file = path.join(folder.path, 'page.md');
    await writeFile(file, text);
    const { status, stderr, stdout } = spawnSync(process.execPath, ['tools/check-examples.mjs', file], {
      encoding: 'utf8',
    });
    return { status, lines: stderr.replaceAll(file, 'page.md'), stdout };
  } finally {
    await folder.remove();
  }
}

const block = (language: string, ...code: string[]) => ['```' + language, ...code, '```', ''].join('\n');

it('the check of examples sees wrong types, by line', async () => {
  const { status, lines } = await check(
    block(
      'ts',
      "import { Random } from 'fastgrnn';",
      '',
      'const random: number = new Random(1);',
      'console.log(random);',
    ),
  );
  expect(status).toBe(1);
  expect(lines).toMatch(/^page\.md:4: Type 'Random' is not assignable to type 'number'/);
});

it('the check of examples runs them, but for those marked types', async () => {
  const code = block('ts', "throw new Error('it ran');");
  const ran = await check(code);
  expect(ran.status).toBe(1);
  expect(ran.lines).toMatch(/page\.md:1: ended with 1[^]*it ran/);
  const typed = await check(`<!-- example: types; given const values = [1] -->\n${block('ts', 'values.push(2);')}`);
  expect(typed.lines).toBe('');
  expect(typed.status).toBe(0);
  expect((await check(`<!-- example: nonsense -->\n${code}`)).lines).toMatch(/unknown mark "nonsense"/);
});

it('the check of examples sees commands and options that are not there', async () => {
  const commands = [
    'npx fastgrnn run digits --sead 3   # a slip',
    'npx fastgrnn inspect',
    'npx fastgrnn export m.safetensors --target elf && npm run nothing',
    'npx fastgrnn train digits --seed 3 && npm test',
  ];
  const { status, lines } = await check(block('sh', ...commands));
  expect(status).toBe(1);
  const found = lines.trim().split('\n');
  expect(found.filter((line) => line.startsWith('page.md:')).map((line) => line.split(':')[1])).toEqual([
    '2',
    '3',
    '4',
    '4',
  ]);
  const ran = await check(`<!-- example: run -->\n${block('sh', 'npx fastgrnn inspect absent.safetensors')}`);
  expect(ran.lines).toMatch(/page\.md:3: npx fastgrnn inspect absent\.safetensors: ended with 2/);
});
