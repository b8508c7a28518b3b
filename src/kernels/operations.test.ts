import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { everyBackend, type TestedBackend } from '../testing/backends.js';
import { Draw, problems, type Problem } from '../testing/problems/index.js';
import { ProgramBuilder } from './index.js';

const backends = await everyBackend();
const [wasm] = backends;
const names = Object.keys(problems);

/** Sizes at the edges of vectors and tiles, and any. */
const size = fc.oneof(fc.constantFrom(0, 1, 15, 16, 17), fc.integer({ min: 0, max: 40 }));
const shape = fc.record({ sizes: fc.tuple(size, size, size), seed: fc.nat() });

const problemOf = (name: string, { sizes, seed }: { sizes: [number, number, number]; seed: number }, special: boolean) =>
  problems[name](new Draw(sizes, new Random(seed), special));

/** The largest error of any result, in units of what it may be: 1 is the bound. Infinite where a result isn't a number. */
function worstError(problem: Problem, { kernels }: TestedBackend, distort = (x: number) => x): number {
  const results = problem.bench.run(kernels, problem.compose);
  let worst = 0;
  for (const { read, values } of problem.expected()) {
    const actual = read(results);
    expect(actual).toHaveLength(values.length);
    values.forEach(({ value, error }, i) => {
      const difference = Math.abs(distort(actual[i]) - value);
      // Float64 itself errs, far below any bound that isn't 0.
      const own = difference <= error ? difference / (error || 1) : difference / (error || Number.MIN_VALUE);
      worst = Math.max(worst, Number.isNaN(own) ? Infinity : own);
    });
  }
  return worst;
}

test('every operation has a problem', () => {
  const own = ['constructor', 'targetLoss', 'pack', 'unpack'];
  const operations = Object.getOwnPropertyNames(ProgramBuilder.prototype).filter((name) => !own.includes(name));
  expect(names.toSorted()).toEqual(operations.toSorted());
});

describe.each(backends)('$name', (backend) => {
  test.each(names)('%s is within its bound of float64', (name) => {
    fc.assert(
      fc.property(shape, (drawn) => {
        expect(worstError(problemOf(name, drawn, false), backend)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.runIf(backend.exact).each(names)("%s gives WASM's bits, special values among them", (name) => {
    fc.assert(
      fc.property(shape, fc.boolean(), (drawn, special) => {
        const { bench, compose } = problemOf(name, drawn, special);
        expect(bench.run(backend.kernels, compose).words()).toEqual(bench.run(wasm.kernels, compose).words());
      }),
    );
  });
});

describe('what is wrong is found', () => {
  /** Whether any of some problems of this operation fulfils it. */
  const some = (name: string, holds: (problem: Problem) => boolean) =>
    Array.from({ length: 30 }, (_, seed) => problemOf(name, { sizes: [17, 16, 9], seed }, false)).some(holds);

  test.each(names.filter((name) => !['allFinite'].includes(name)))('%s, off by one part in 4096', (name) => {
    expect(some(name, (problem) => worstError(problem, wasm, (x) => x * (1 + 2 ** -12)) > 1)).toBe(true);
  });
});
