#!/usr/bin/env node
import { runCommandLine } from './program.js';
import { clearLine } from './terminal.js';

const args = process.argv.slice(2);

process.once('SIGINT', () => {
  clearLine();
  const resumes = ['run', 'train', 'compare', 'wakeword'].includes(args[0]);
  process.stderr.write(
    `fastgrnn: stopped${resumes ? '; the same command goes on after the last finished epoch' : ''}\n`,
  );
  process.exit(130);
});

// A reader that has gone (`fastgrnn … | head`) needs no message; a full disk does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`fastgrnn: can't write the results: ${error.message}\n`);
  process.exit(2);
});

await runCommandLine(args);
