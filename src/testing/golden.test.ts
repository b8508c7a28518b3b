import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { goldenFiles, readGolden } from './golden.js';

const root = new URL('../../', import.meta.url);
const folders = ['cells', 'stacks'].map((name) => new URL(`src/network/golden/${name}/`, root));
const files = folders.flatMap((folder) => goldenFiles(folder).map((file) => ({ file, folder })));

type Made = ReturnType<typeof readGolden> & { readonly source: { readonly script: string; readonly sha256: string } };

test.each(files)('$file was written by the script as it is committed', ({ file, folder }) => {
  const { source } = readGolden<Made>(folder, file);
  expect(source.sha256).toBe(
    createHash('sha256')
      .update(readFileSync(new URL(source.script, root)))
      .digest('hex'),
  );
});
