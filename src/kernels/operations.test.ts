import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { everyBackend } from '../testing/backends.js';
import { Draw, problems, type Expected, type Problem } from '../testing/problems/index.js';
import { ProgramBuilder, type Kernels } from './index.js';
import { ProgramWords } from './program-words.js';

const backends = await everyBackend();
const [wasm, ...others] = backends;
const fused = backends.filter(({ exact }) => !exact);
const names = Object.keys(problems);

/** Sizes at the edges of vectors and tiles, and any. */
const size = fc.oneof(fc.constantFrom(0, 1, 15, 16, 17), fc.integer({ min: 0, max: 40 }));
const shape = fc.record({ sizes: fc.tuple(size, size, size), seed: fc.nat() });

const problemOf = (
  name: string,
  { sizes, seed }: { sizes: [number, number, number]; seed: number },
  special: boolean,
) => problems[name](new Draw(sizes, new Random(seed), special));

/** The results that lie outside their bounds; none when all is well. */
function misses(
  { bench, compose }: Problem,
  answers: readonly Expected[],
  kernels: Kernels,
  distort = (x: number) => x,
) {
  const results = bench.run(kernels, compose);
  return answers.flatMap(({ name, read, values }) => {
    const actual = read(results).map(distort);
    if (actual.length !== values.length) throw new Error(`${name} has ${actual.length} values, not ${values.length}`);
    const far = values.findIndex(({ value, error }, i) => !(Math.abs(actual[i] - value) <= error));
    return far < 0 ? [] : [{ name, at: far, actual: actual[far], ...values[far] }];
  });
}

test.runIf(process.env.CI)('continuous integration has native kernels to compare', () => {
  expect(others.length).toBeGreaterThan(0);
});

test('every operation has a problem', () => {
  const own = ['constructor', 'targetLoss', 'pack', 'unpack'];
  const written: string[] = []; // by ProgramBuilder and the classes that it takes operations from
  for (let c = ProgramBuilder.prototype; c !== ProgramWords.prototype; c = Object.getPrototypeOf(c)) {
    written.push(...Object.getOwnPropertyNames(c));
  }
  const operations = written.filter((name) => !own.includes(name));
  expect(names.toSorted()).toEqual(operations.toSorted());
});

describe.each(names)('%s', (name) => {
  test('is within its bound of float64 on every backend', () => {
    fc.assert(
      fc.property(shape, (drawn) => {
        const problem = problemOf(name, drawn, false);
        const answers = problem.expected();
        for (const backend of backends) {
          expect({ backend: backend.name, misses: misses(problem, answers, backend.kernels) }).toEqual({
            backend: backend.name,
            misses: [],
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('gives the same bits on every exact backend, special values among them', () => {
    fc.assert(
      fc.property(shape, fc.boolean(), (drawn, special) => {
        const { bench, compose } = problemOf(name, drawn, special);
        const reference = bench.run(wasm.kernels, compose).words();
        for (const { name: backend, kernels, exact } of others) {
          const words = bench.run(kernels, compose).words();
          if (exact && Buffer.compare(words, reference) !== 0) {
            expect({ backend, words }).toEqual({ backend, words: reference });
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('the sum over more labels than one logarithm takes', () => {
  const problem = problemOf('sigmoidCrossEntropy', { sizes: [9, 1200, 0], seed: 1 }, false);
  for (const { kernels } of backends) expect(misses(problem, problem.expected(), kernels)).toEqual([]);
});

describe('what is wrong is found', () => {
  const drawn = (name: string, special: boolean) =>
    Array.from({ length: 30 }, (_, seed) => problemOf(name, { sizes: [17, 16, 9], seed }, special));

  test.each(names)('%s, off by one part in 4096', (name) => {
    const found = drawn(name, false).map(
      (problem) => misses(problem, problem.expected(), wasm.kernels, (x) => x + x / 4096).length,
    );
    expect(Math.max(...found)).toBeGreaterThan(0);
  });

  /** Operations that only copy or add: nothing can be fused. Of a few others compilers decide. */
  const plain = [
    ...['fill', 'clearEnded', 'gatherRows', 'scatterRows', 'moveSteps', 'dropout', 'columnSums', 'broadcastRows'],
    ...['allFinite', 'identity', 'mirrorTriangle', 'unpackTriangle', 'scaleColumns', 'roundLevels'],
  ];
  const open = [
    'squaredError',
    'scalarGradient',
    'sigmoidGradient',
    'gatherRecorded',
    'gatherSpectra',
    'cayleyStep',
    'orthogonalityPenalty',
  ];
  test.each(fused)('the bits of $name, which fuses products and sums', ({ kernels }) => {
    const differing = names.filter((name) =>
      drawn(name, false).some(({ bench, compose }) =>
        Buffer.compare(bench.run(kernels, compose).words(), bench.run(wasm.kernels, compose).words()),
      ),
    );
    expect(differing.filter((name) => !open.includes(name))).toEqual(
      names.filter((name) => ![...plain, ...open].includes(name)),
    );
  });
});
