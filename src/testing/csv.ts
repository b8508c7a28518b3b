import { Random } from '../math/index.js';
import { writeTree } from './folder.js';

/** What to change of `writeCsv`. */
export interface CsvOptions {
  readonly recordings?: number;
  readonly steps?: number;
  /** Appended to the folder's files. */
  readonly extra?: Readonly<Record<string, string | Uint8Array>>;
}

/**
 * Writes a folder of CSV recordings below `root`: classes `left` and `right`, two channels in g, of which the first or the
 * second moves; and `recipe.yaml` for a network of 4 hidden units that takes them apart within a few epochs.
 */
export async function writeCsv(root: string, options: CsvOptions = {}): Promise<void> {
  const { recordings = 20, steps = 8, extra = {} } = options;
  const random = new Random(3);
  const files: Record<string, string | Uint8Array> = {};
  for (const [label, name] of ['left', 'right'].entries()) {
    for (let i = 0; i < recordings; i++) {
      const rows = Array.from({ length: steps }, () =>
        [0, 1].map((channel) => ((channel === label ? 1 : 0) + 0.2 * random.normal()).toFixed(4)).join(','),
      );
      files[`${name}/${String(i).padStart(3, '0')}.csv`] = `x,y\n${rows.join('\n')}\n`;
    }
  }
  files['recipe.yaml'] = [
    'data: { name: csv, path: . }',
    'network: { hiddenSize: 4, wRank: 2, uRank: 2 }',
    'training: { epochs: [6, 0, 0], batchSize: 8, learningRate: 0.05 }',
    'targets: [uno]',
    '',
  ].join('\n');
  await writeTree(root, { ...files, ...extra });
}
