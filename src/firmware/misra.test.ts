import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { exportC } from './c99.js';

const directory = mkdtempSync(path.join(tmpdir(), 'fastgrnn-misra-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Rules of MISRA C:2012 that the exported C keeps; docs/firmware.md says which it doesn't, and why. */
const kept: Record<string, string> = {
  '9.1': 'a variable is read before it is set',
  '14.1': 'a loop counter is no integer',
  '15.1': 'goto',
  '15.2': 'a jump backwards',
  '16.1': 'a switch that is not well formed',
  '17.1': 'a variable number of arguments',
  '17.2': 'a function calls itself',
  '17.3': 'a function is not declared',
  '17.4': 'a path returns nothing',
  '18.7': 'an array without a size in a struct',
  '18.8': 'an array whose size is known at run time only',
  '20.4': 'a macro with the name of a keyword',
  '21.1': 'a name that C reserves',
  '21.3': 'the heap',
  '21.6': 'input and output',
  '22.1': 'memory or a file that is not given back',
};

/** The rules that cppcheck finds broken in a file, in every configuration of the preprocessor; and its own errors. */
function broken(name: string, text: string): { rules: string[]; errors: string[] } {
  writeFileSync(path.join(directory, name), text);
  const args = ['--addon=misra', '--std=c99', '--quiet', '--suppress=missingIncludeSystem'];
  const form = '--template={severity} {id} {line} {message}';
  const { stderr, error } = spawnSync('cppcheck', [...args, form, name], { cwd: directory, encoding: 'utf8' });
  if (error) throw error;
  const rules = Array.from(stderr.matchAll(/misra-c2012-(\d+\.\d+)/g), ([, rule]) => rule);
  return { rules: Array.from(new Set(rules)), errors: stderr.split('\n').filter((line) => line.startsWith('error')) };
}

const found = spawnSync('cppcheck', ['--version']).status === 0;

describe.runIf(process.env.CI !== undefined || found)('the exported C under cppcheck and its MISRA rules', () => {
  it.each<[string, Parameters<typeof randomNetwork>[1]]>([
    ['dense, of full rank', { cell: 'FastGRNN', wRank: 0, uRank: 0, density: 1, gate: 'tanh', update: 'relu' }],
    ['sparse, of low rank', { cell: 'FastGRNN', wRank: 3, uRank: 4, density: 0.3, gate: 'sigmoid', update: 'tanh' }],
    [
      'three layers, the mean of the last',
      { cell: 'FastGRNN', layers: 3, mean: true, wRank: 3, uRank: 0, gate: 'tanh' },
    ],
    ['FastRNN, the mean of tokens', { cell: 'FastRNN', mean: true, vocabulary: 20 }],
  ])('%s', (_, shape) => {
    const files = exportC(randomNetwork(new Random(7), { ...shape, hiddenSize: 7 }), { prefix: 'tap' });
    writeFileSync(path.join(directory, 'tap.h'), files['tap.h']);
    const { rules, errors } = broken('tap.c', files['tap.c']);
    expect(errors).toEqual([]);
    expect(rules.filter((rule) => rule in kept).map((rule) => `${rule}: ${kept[rule]}`)).toEqual([]);
  });

  it('would notice recursion, the heap, a jump and an array of any size', () => {
    const text = `#include <stdint.h>
#include <stdlib.h>
static int32_t f(int32_t n)
{
  int32_t m = n;
  if (n > 3) {
    goto end;
  }
  m = f(n + 1);
end:
  return m;
}
int32_t g(int32_t n)
{
  int32_t *p = malloc(4U);
  int32_t y[n];
  y[0] = f(n);
  free(p);
  return y[0];
}
`;
    expect(broken('wrong.c', text).rules).toEqual(expect.arrayContaining(['17.2', '21.3', '15.1', '18.8']));
  });
});
