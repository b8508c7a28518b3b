import type { CycleModel, Trace } from './model.js';
import { decodeFloat } from './vfp.js';
import { decodeThumb, type ThumbInstruction } from './thumb.js';

/** Costs that differ between the two larger cores. */
interface LargeCore {
  readonly source: string;
  readonly multiplyAccumulate: number;
  readonly longMultiply: number;
}

/** Cycles that the pipeline takes to fill again: 1 to 3 by the manuals, after how the target lies in memory. */
const refill = 2;
/** A division takes 2 to 12 cycles, after its operands. */
const division = 7;

function cost(core: LargeCore, { kind, count, jumps }: ThumbInstruction, taken: boolean): number {
  switch (kind) {
    case 'load':
      return 2;
    case 'loads':
      return 1 + count + (jumps ? refill : 0);
    case 'stores':
      return 1 + count;
    case 'branch':
      return taken ? 1 + refill : 1;
    case 'register branch':
    case 'call':
      return 1 + refill;
    case 'table branch':
      return 2 + refill;
    case 'multiply-accumulate':
      return core.multiplyAccumulate;
    case 'long multiply':
      return core.longMultiply;
    case 'divide':
      return division;
    default:
      return 1; // a store of one register goes through the write buffer
  }
}

function model(core: LargeCore): CycleModel {
  return {
    source: core.source,
    cycles({ addresses, from, to, half }: Trace): number {
      let sum = 0;
      let loaded = -1; // the register of a load right before, or -1
      let computed = -1; // that of floating-point arithmetic
      for (let k = from; k < to; k++) {
        const address = addresses[k];
        const float = decodeFloat(half(address), half(address + 2));
        if (float) {
          sum += float.cycles + (float.reads.includes(computed) ? 1 : 0);
          computed = float.result;
          loaded = -1;
          continue;
        }
        computed = -1;
        const instruction = decodeThumb(half(address), half(address + 2));
        const { kind } = instruction;
        // Neighbouring loads share a cycle, unless the second needs the first for its address.
        const pipelined = kind === 'load' && loaded >= 0 && !((instruction.address >> loaded) & 1);
        sum += pipelined ? 1 : cost(core, instruction, addresses[k + 1] !== address + instruction.bytes);
        loaded = kind === 'load' ? instruction.destination : -1;
      }
      return sum;
    },
  };
}

/** Cortex-M3: multiplies in 1 cycle, multiplies and adds in 2. */
export const cortexM3 = model({
  source: 'Cortex-M3 Technical Reference Manual, instruction set summary; pipeline refill taken as 2 of 1 to 3 cycles',
  multiplyAccumulate: 2,
  longMultiply: 4,
});

/** Cortex-M4: every multiplication takes 1 cycle, those of pairs of 16 bits among them. */
export const cortexM4 = model({
  source: 'Cortex-M4 Technical Reference Manual, instruction set summary; pipeline refill taken as 2 of 1 to 3 cycles',
  multiplyAccumulate: 1,
  longMultiply: 1,
});
