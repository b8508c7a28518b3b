import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nativeVariants } from '../src/kernels/index.js';
import { temporaryFolder } from '../src/testing/index.js';

const bench = fileURLToPath(new URL('../bench/main.mjs', import.meta.url));
const run = (...args: string[]) => promisify(execFile)(process.execPath, [bench, ...args]);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => path.join(folder.path, name);

beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

const positive = z.number().positive();
const resultsFormat = z.strictObject({
  machine: z.looseObject({ cpu: z.string(), cores: positive, os: z.string(), node: z.string(), date: z.iso.date() }),
  peak: z.strictObject({
    simd128: z.strictObject({ mulAdd: positive }),
    avx2: z.strictObject({ mulAdd: positive, fma: positive }).partial().optional(),
    avx512: z.strictObject({ mulAdd: positive, fma: positive }).partial().optional(),
  }),
  rows: z.array(
    z.strictObject({
      shape: z.enum(['S1', 'S2', 'S3', 'S4', 'D1', 'D2']),
      implementation: z.string(),
      variant: z.string(),
      threads: z.number(),
      medianMs: positive,
      minMs: positive,
      runs: z.int().positive(),
      gflops: positive,
    }),
  ),
  skipped: z.record(z.string(), z.string()),
});

const quick = ['--shapes', 'D1', '--rounds', '1', '--slice', '5'];

describe('npm run bench', () => {
  it('measures a shape on one worker and on two, in the promised format', async () => {
    const file = at('results.json');
    const { stdout } = await run(...quick, '--only', 'wasm', '--json', file);
    const results = resultsFormat.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(
      results.rows.map(({ shape, implementation, variant, threads }) => [shape, implementation, variant, threads]),
    ).toEqual([
      ['D1', 'fastgrnn', 'wasm', 1],
      ['D1', 'fastgrnn', 'wasm', 2],
    ]);
    for (const { medianMs, minMs, gflops } of results.rows) {
      expect(medianMs).toBeGreaterThanOrEqual(minMs);
      // 2 x 64 rows x 28 steps: W2 twice, W1 three times; x 27 steps: U1 and U2 three times; the classifier thrice.
      const flops = 2 * 64 * (28 * (2 * 28 * 5 + 3 * 26 * 5) + 27 * 3 * 2 * 26 * 8 + 3 * 10 * 26);
      expect(gflops * medianMs * 1e6).toBeCloseTo(flops, -2);
    }
    expect(stdout).toContain('fastgrnn wasm');
    expect(Object.keys(results.skipped)).toContain('pytorch-lstm');
  });

  it('compares every native build with WASM before it measures', async (context) => {
    const { variants } = await nativeVariants();
    if (variants.length === 0) return context.skip();
    const file = at('native.json');
    await run(...quick, '--threads', '1', '--only', `wasm,${variants[0]},${variants[0]}-fma`, '--json', file);
    const { rows } = resultsFormat.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(rows[0].variant).toBe('wasm');
    expect(rows.length).toBeGreaterThan(1);
  });

  it('takes no peer that computes something else, and no build of ours with other bits', async () => {
    const script = `
      import { compareLosses } from ${JSON.stringify(new URL('../bench/rounds.mjs', import.meta.url).href)};
      const ours = (fma) => ({ backend: 'native-avx2', fma });
      const cases = [[undefined, 2.00005], [undefined, 2.0003], [undefined, NaN],
        [ours(false), 2], [ours(false), 2 + 2 ** -51], [ours(true), 2.00005]];
      for (const [kernels, loss] of cases) {
        try {
          compareLosses({ losses: [2, 2], label: 'ours' }, { losses: [2, loss] }, { kernels, threads: 1 });
          console.log('same');
        } catch (error) { console.log(error.message.slice(0, 24)); }
      }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const other = 'computes something else:';
    expect(stdout.trim().split('\n')).toEqual(['same', other, other, 'same', other, 'same']);
  });

  it('says which figures were reached', async () => {
    const row = (implementation: string, variant: string, medianMs: number) => {
      return { shape: 'S1', implementation, variant, threads: 1, medianMs, minMs: medianMs, runs: 1, gflops: 100 };
    };
    const results = {
      machine: { cpu: '', cores: 2, os: '', node: '', date: '2026-01-01', versions: {}, shards: 2 },
      peak: { simd128: { mulAdd: 50 }, avx2: { mulAdd: 110, fma: 200 } },
      rows: [
        row('fastgrnn', 'wasm', 10),
        row('fastgrnn', 'avx2', 5),
        row('pytorch-eager', '', 19),
        row('tfjs-wasm', '', 300),
      ],
      skipped: {},
    };
    await writeFile(at('made-up.json'), JSON.stringify(results));
    const { stdout } = await run('--from', at('made-up.json'));
    expect(stdout).toMatch(/reached +WASM against TensorFlow.js WASM, S1: 30.0x/);
    expect(stdout).toMatch(/MISSED +native exact against PyTorch eager \(256-bit units\), S1: 3.8x \(at least 4.0x\)/);
    expect(stdout).toMatch(/reached +avx2 against its measured multiply-and-add peak, S1: 91 %/);
  });

  it('refuses a shape that there is not', async () => {
    await expect(run('--shapes', 'S9')).rejects.toThrow('no shape S9');
  });
});
