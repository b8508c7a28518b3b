import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError } from '../data/index.js';
import type { FoldsMetrics } from '../report/index.js';
import { temporaryFolder, writeCsv, writeTree } from '../testing/index.js';
import type { RunEvent } from './events.js';
import { runFolds } from './folds.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

/** A folder of 2 classes with so many recordings each, of its own name. */
async function recordings(name: string, count = 12): Promise<string> {
  const root = path.join(folder.path, name);
  await writeCsv(root, { recordings: count });
  return path.join(root, 'recipe.yaml');
}

/** Figures without what a clock gave. */
function timeless(metrics: FoldsMetrics): unknown {
  const { training, rows, ...rest } = metrics;
  return { ...rest, workers: training.workers, rows: rows.map((row) => ({ ...row, seconds: 0 })) };
}

describe('cross-validation', () => {
  it('tests every recording once, by a network that has not seen it, and takes up finished folds', async () => {
    const recipe = await recordings('whole');
    const events: RunEvent[] = [];
    const out = path.join(folder.path, 'out');
    const options = { recipe, out, workers: 1, listener: (event: RunEvent) => void events.push(event) };
    const { metrics } = await runFolds(options, 3);
    expect(metrics.folds).toEqual({ count: 3, by: 'sequence' });
    expect(metrics.data).toMatchObject({ sequences: 24, leftAlone: 0 });
    expect(metrics.rows.map(({ train, validation, test }) => train + validation + test)).toEqual([24, 24, 24]);
    const confusion = metrics.pooled.confusion ?? [];
    expect(confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([12, 12]);
    const figures = metrics.rows.map(({ integer }) => integer.test);
    expect(metrics.integer.mean).toBeCloseTo(figures.reduce((a, b) => a + b) / 3, 12);
    expect(metrics.baselines.map(({ name }) => name)).toContain('logistic regression');
    const page = await readFile(path.join(out, 'folds.html'), 'utf8');
    expect(page).toContain('Accuracy over folds');

    // Fold 2 is lost, fold 3 damaged: both are made again, and come out the same.
    await rm(path.join(out, 'folds', 'fold-2', 'fold.json'));
    await writeFile(path.join(out, 'folds', 'fold-3', 'fold.json'), '{"identity": "');
    events.length = 0;
    const again = await runFolds(options, 3);
    expect(timeless(again.metrics)).toEqual(timeless(metrics));
    const before = events.filter((event) => event.kind === 'step' && event.text.includes('was done before'));
    expect(before).toHaveLength(1);
    await expect(stat(path.join(out, 'model.safetensors'))).rejects.toThrow('ENOENT');
  });

  it('leaves a test part of the data’s own alone', async () => {
    const root = path.join(folder.path, 'own');
    await writeCsv(path.join(root, 'train'), { recordings: 6 });
    await writeCsv(path.join(root, 'test'), { recordings: 2 });
    await rm(path.join(root, 'test', 'recipe.yaml'));
    const recipe = path.join(root, 'train', 'recipe.yaml');
    const out = path.join(folder.path, 'own-out');
    const { metrics } = await runFolds({ recipe, sets: [`data.path=${root}`], out, workers: 1 }, 2);
    expect(metrics.data).toMatchObject({ sequences: 12, leftAlone: 4 });
    expect(metrics.rows.map(({ test }) => test)).toEqual([6, 6]);
  });

  it('keeps persons together', async () => {
    const root = path.join(folder.path, 'persons');
    const files: Record<string, string> = {};
    for (const [label, name] of ['left', 'right'].entries()) {
      for (const person of ['ann', 'bob', 'cy']) {
        for (let i = 0; i < 4; i++) {
          files[`${name}/${person}/${i}.csv`] =
            `x,y\n${Array.from({ length: 8 }, (_, t) => `${label + 0.01 * t},${1 - label + 0.01 * i}`).join('\n')}\n`;
        }
      }
    }
    files['recipe.yaml'] =
      'data: { name: csv, path: ., validationBy: group }\nnetwork: { hiddenSize: 4, wRank: 2, uRank: 2 }\ntraining: { epochs: [2, 0, 0], batchSize: 8 }\n';
    await writeTree(root, files);
    const recipe = path.join(root, 'recipe.yaml');
    const { metrics } = await runFolds({ recipe, out: path.join(folder.path, 'persons-out'), workers: 1 }, 'group');
    expect(metrics.folds).toEqual({ count: 3, by: 'group' });
    expect(metrics.rows.map(({ groups }) => groups)).toEqual([[0], [1], [2]]);
    expect(metrics.rows.map(({ test }) => test)).toEqual([8, 8, 8]);
    await expect(runFolds({ recipe, out: path.join(folder.path, 'persons-out'), workers: 1 }, 5)).rejects.toThrow(
      DataError,
    );
  });
});
