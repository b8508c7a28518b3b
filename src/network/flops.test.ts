import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProgramBuilder, type Matrix } from '../kernels/index.js';
import { cells } from './cells/all.js';
import { CELLS, plainHead, type Architecture } from './architecture.js';
import { forwardFlops, iterationFlops } from './flops.js';
import { Plan, type PassKind } from './plan.js';

const none: Matrix = { offset: 0, step: 0, stride: 0 };
const firstOpcode = (program: ProgramBuilder) => program.build()[5];
const gemm = firstOpcode(
  new ProgramBuilder().gemm({ rows: 0, columns: 0, inner: 0, accumulate: false, a: none, packed: none, c: none }),
);
const gemmTransposed = firstOpcode(
  new ProgramBuilder().gemmTransposed({ rows: 0, aColumns: 0, bColumns: 0, a: none, b: none, c: none }),
);
const repeat = firstOpcode(new ProgramBuilder().once().repeat({ first: 0, steps: 0, increment: 1 }, () => undefined));

/** Multiplications and additions of all products in a pass's program (its format: kernels/program.c). */
function flopsOfProgram(arch: Architecture, kind: PassKind, rows: number, steps: number): number {
  const plan = new Plan(arch, { rows, steps, training: kind === 'train' }, cells[arch.cell]);
  const words = plan.compose(kind, { rows, steps, ragged: false, resumed: false });
  let flops = 0;
  let at = 1;
  for (let section = 0; section < words[0]; section++) {
    const [operations, , spanSteps] = words.subarray(at, at + 3);
    at += 4;
    let repeated = { left: 0, times: 1 };
    for (let i = 0; i < operations; i++, at += 24) {
      const [opcode, ...sizes] = words.subarray(at, at + 8);
      if (opcode === repeat) {
        repeated = { left: sizes[0], times: sizes[2] };
        continue;
      }
      const product = opcode === gemm || opcode === gemmTransposed ? 2 * sizes[0] * sizes[1] * sizes[2] : 0;
      flops += product * spanSteps * (repeated.left-- > 0 ? repeated.times : 1);
    }
  }
  return flops;
}

const architectures = fc
  .record({ inputSize: fc.integer({ min: 1, max: 9 }), hiddenSize: fc.integer({ min: 1, max: 9 }) })
  .chain(({ inputSize, hiddenSize }) =>
    fc.record<Architecture>({
      cell: fc.constantFrom(...CELLS),
      inputSize: fc.constant(inputSize),
      hiddenSize: fc.constant(hiddenSize),
      wRank: fc.integer({ min: 0, max: Math.min(inputSize, hiddenSize) }),
      uRank: fc.integer({ min: 0, max: hiddenSize }),
      gate: fc.constant('sigmoid'),
      update: fc.constant('tanh'),
      residual: fc.constantFrom('free', 'tied', 'fixed'),
      head: fc.constantFrom('softmax', 'sigmoid', 'regression'),
      output: fc.constantFrom('last', 'every', 'mean'),
      vocabulary: fc.constantFrom(0, 7),
      classes: fc.integer({ min: 1, max: 9 }),
    }),
  );

const shapes = [fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 20 })] as const;

test('are those of the products that the program of a pass has, for every architecture', () => {
  fc.assert(
    fc.property(architectures, ...shapes, (arch, rows, steps) => {
      expect(iterationFlops(arch, rows, steps)).toBe(flopsOfProgram(arch, 'train', rows, steps));
      expect(forwardFlops(arch, rows, steps)).toBe(flopsOfProgram(arch, 'forward', rows, steps));
    }),
  );
});

test("of the paper's Google-12 network: 0.41 GFLOP an iteration of 100 rows", () => {
  const arch: Architecture = {
    ...{ cell: 'FastGRNN', inputSize: 32, hiddenSize: 100, wRank: 16, uRank: 25, gate: 'sigmoid', update: 'tanh' },
    ...{ residual: 'free', classes: 12, ...plainHead },
  };
  expect(iterationFlops(arch, 100, 99) / 1e9).toBeCloseTo(0.41, 2);
});
