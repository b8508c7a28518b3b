import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommand, type CommandResult } from '../src/testing/command-line.js';
import { temporaryFolder, writeCsv } from '../src/testing/index.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);
const models = ['model.safetensors', 'integer.safetensors'];
/** The models of the run that nobody stopped. */
let expected: Uint8Array[];

/** Three stages, two trainings, 36 epochs: long enough that a kill comes in the middle. */
const args = (out: string, workers = '2') => {
  const sets = ['training.epochs=[6,6,6]', 'training.retrain=true', 'network.hiddenSize=32', 'targets=[]'];
  sets.push(
    'compression.wSparsity=0.5',
    'compression.uSparsity=0.5',
    'data.validation=0.25',
    'training.augment.rotate=5',
  );
  return [
    'run',
    at('csv', 'recipe.yaml'),
    ...sets.flatMap((set) => ['--set', set]),
    '--workers',
    workers,
    '--out',
    at(out),
  ];
};

const filesOf = (out: string) => Promise.all(models.map((name) => readFile(at(out, name))));

/** Starts a command and sends it a signal once its checkpoint holds `epochs` finished epochs. */
async function stopAt(
  out: string,
  epochs: number,
  signal: 'SIGKILL' | 'SIGINT',
): Promise<CommandResult & { done: number }> {
  const { child, result } = startCommand(args(out));
  while (child.exitCode === null && (await epochsOf(out)) < epochs) await sleep(5);
  child.kill(signal);
  const outcome = await result;
  return { ...outcome, done: await epochsOf(out) };
}

/** Finished epochs of all trainings, by the checkpoint. */
async function epochsOf(out: string): Promise<number> {
  const bytes = await readFile(at(out, 'checkpoint.safetensors')).catch(() => undefined);
  if (!bytes) return 0;
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as {
    __metadata__: { checkpoint: string };
  };
  const { finished, state } = JSON.parse(header.__metadata__.checkpoint) as {
    finished: { history: unknown[] }[];
    state?: { history: unknown[] };
  };
  const done = finished.reduce((sum, { history }) => sum + history.length, 0);
  return finished.length === 2 ? done : done + (state?.history.length ?? 0);
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'), { recordings: 60, steps: 24 });
  const { code, stderr } = await startCommand(args('whole', '1')).result;
  if (code !== 0) throw new Error(stderr);
  expected = await filesOf('whole');
});

afterAll(() => folder.remove());

describe('a killed run', () => {
  it('goes on where it was, again and again, to the same bytes', async () => {
    for (const epochs of [1, 8, 20]) {
      const { done } = await stopAt('killed', epochs, 'SIGKILL');
      expect(done).toBeGreaterThanOrEqual(epochs);
      expect(done).toBeLessThan(36); // else it was no kill in the middle
      await expect(filesOf('killed')).rejects.toThrow('ENOENT');
    }
    // What a kill in the middle of writing leaves.
    await writeFile(at('killed', 'checkpoint.safetensors.0123abcd.tmp'), 'half a checkp');
    const { code, stderr } = await startCommand(args('killed')).result;
    expect(stderr).toContain('going on from');
    expect(code).toBe(0);
    expect(await filesOf('killed')).toEqual(expected);
    expect((await readdir(at('killed'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('ends a run with one line, leaves earlier results whole, and the next run goes on', async () => {
    await writeFile(at('csv', 'note.md'), 'not a recording');
    const earlier = await filesOf('whole');
    const { code, stderr, stdout, done } = await stopAt('interrupted', 5, 'SIGINT');
    expect(code).toBe(130);
    expect(stdout).toBe('');
    const lines = stderr.split('\n').filter((line) => line.startsWith('fastgrnn:'));
    expect(lines).toEqual(['fastgrnn: stopped; the same command goes on after the last finished epoch']);
    expect(stderr.endsWith(`${lines[0]}\n`)).toBe(true);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(done).toBeLessThan(36);
    const next = await startCommand(args('interrupted', '3')).result;
    expect(next.stderr).toContain('going on from');
    expect(next.code).toBe(0);
    expect(await filesOf('interrupted')).toEqual(expected);
    expect(await filesOf('whole')).toEqual(earlier);
  });
});

describe('a file that cannot be written whole', () => {
  it('leaves the earlier results as they were, and says what happened', async () => {
    const before = await filesOf('whole');
    // Files may have one block: a checkpoint of this network is larger.
    const { code, stderr } = await startCommand([...args('whole'), '--seed', '2'], 'ulimit -f 1').result;
    const lines = stderr.split('\n').filter((line) => line.startsWith('fastgrnn:'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/can't write .*checkpoint\.safetensors: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    expect(await filesOf('whole')).toEqual(before);
    expect((await readdir(at('whole'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await epochsOf('whole')).toBe(0); // the new run's first checkpoint, which still fitted
  });
});
