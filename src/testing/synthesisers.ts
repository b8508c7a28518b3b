import { spawnSync } from 'node:child_process';

/** Whether all speech synthesisers that this package calls are installed; in CI they must be. */
export const synthesisersThere =
  process.env.CI !== undefined ||
  ['espeak-ng', 'flite', 'festival'].every((name) => spawnSync(name, ['--version']).error === undefined);
