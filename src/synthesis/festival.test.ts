import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { festival } from './festival.js';

// Festival crashes after some tens of utterances, but not at will: a program of its name does, after three, and at once at the word "crash".
const crashing = `#!/bin/sh
done=0
grep -o 'Text "[^"]*")) "[^"]*"' "$2" > "$2.said"
while IFS='"' read -r _ text _ file _; do
  if [ "$text" = crash ] || [ $done = 3 ]; then kill -ABRT $$; fi
  echo "$text" > "$file"
  done=$((done + 1))
done < "$2.said"
`;

let directory: string;
const usual = process.env['PATH'];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'festival-'));
  await writeFile(path.join(directory, 'festival'), crashing);
  await chmod(path.join(directory, 'festival'), 0o755);
  process.env['PATH'] = `${directory}:${usual ?? ''}`;
});
afterEach(async () => {
  process.env['PATH'] = usual;
  await rm(directory, { recursive: true });
});

it('goes on where it crashes, and leaves out only what crashes it each time', async () => {
  const texts = ['a', 'b', 'c', 'd', 'crash', 'e', 'f', 'g', 'h'];
  const files = await festival.speak(
    texts.map((text) => ({ text, voice: 'kal_diphone', speed: 1, pitch: 1 })),
    directory,
  );
  expect(files.map((file) => file !== undefined)).toEqual(texts.map((text) => text !== 'crash'));
  expect((await readdir(directory)).filter((name) => name.endsWith('.wav'))).toHaveLength(8);
});
