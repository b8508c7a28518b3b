// Without the native kernels WebAssembly serves, and says why; a training's model has the same bytes.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const addon = 'kernels/build/kernels.node';
const execute = promisify(execFile);

/** The package as a folder of its own, without an addon. */
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'fastgrnn-native-'));
  for (const part of ['package.json', 'dist', 'kernels/kernels.wasm', 'firmware', 'recipes']) {
    cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

interface Finding {
  readonly what: string;
  readonly text: string;
}

async function doctor(folder: string): Promise<Record<string, string>> {
  const { stdout } = await execute(process.execPath, [path.join(folder, 'dist/cli/main.js'), 'doctor', '--json']);
  return Object.fromEntries((JSON.parse(stdout) as Finding[]).map(({ what, text }) => [what, text]));
}

/** The model file of a short training. */
async function trained(folder: string, ...more: string[]): Promise<Buffer> {
  const out = mkdtempSync(path.join(copy, 'run-'));
  const sets = ['training.epochs=[1,1,1]', 'data.limit=400', 'network.hiddenSize=20'].flatMap((set) => ['--set', set]);
  await execute(process.execPath, [
    path.join(folder, 'dist/cli/main.js'),
    ...['train', 'digits', ...sets, '--out', out, ...more],
  ]);
  return readFileSync(path.join(out, 'model.safetensors'));
}

describe('npm run build:native without a compiler', () => {
  const build = (...args: string[]) =>
    execute(process.execPath, [path.join(root, 'tools/build-native.mjs'), ...args], {
      env: { ...process.env, CC: 'no-such-compiler', PATH: '' },
    });

  test('says what is missing and what to do', async () => {
    await expect(build()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no C compiler no-such-compiler.*Install a C compiler/s) as unknown,
    });
  });

  test('is one line and no failure in npm ci', async () => {
    const { stdout } = await build('--quiet');
    expect(stdout).toMatch(
      /^native kernels not built \(there is no C compiler no-such-compiler\): WebAssembly serves\n$/,
    );
  });
});

describe('a package whose native kernels', () => {
  test('are missing trains on WASM to the same bytes, and insists when native is asked for', async () => {
    rmSync(path.join(copy, 'kernels/build'), { recursive: true, force: true });
    expect(await doctor(copy)).toMatchObject({ kernels: expect.stringMatching(/wasm/) as unknown });
    expect((await trained(copy)).equals(await trained(root))).toBe(true);
    await expect(trained(copy, '--backend', 'native')).rejects.toThrow(/no native kernels.*npm run build:native/s);
  });

  test('are damaged runs on WASM', async () => {
    cpSync(path.join(copy, 'package.json'), path.join(copy, addon), { recursive: true });
    expect(await doctor(copy)).toMatchObject({ kernels: expect.stringMatching(/wasm/) as unknown });
  });

  test.skipIf(!process.env['CI'] && !existsSync(path.join(root, addon)))(
    'are of other sources runs on WASM and says so',
    async () => {
      cpSync(path.join(root, addon), path.join(copy, addon));
      const wasm = path.join(copy, 'kernels/kernels.wasm');
      const bytes = readFileSync(wasm);
      expect(await doctor(copy)).toMatchObject({ kernels: expect.stringMatching(/native-/) as unknown });
      // An empty section of no meaning: the same kernels, another hash.
      writeFileSync(wasm, Buffer.concat([bytes, Buffer.from([0, 2, 1, 0x78])]));
      const found = await doctor(copy);
      expect(found).toMatchObject({ kernels: expect.stringMatching(/wasm/) as unknown });
      expect(JSON.stringify(found)).toMatch(/other sources/);
    },
  );
});
