import type { CycleModel, Trace } from './model.js';
import { decodeThumb, type ThumbInstruction } from './thumb.js';

/** Costs that differ between the two small cores. */
interface SmallCore {
  readonly source: string;
  /** Of a branch that is taken, and of one through a register. */
  readonly taken: number;
  readonly call: number;
  /** Of a pop that returns, beside one cycle a register. */
  readonly popReturn: number;
}

function cost(core: SmallCore, { kind, count, jumps }: ThumbInstruction, taken: boolean): number {
  switch (kind) {
    case 'load':
    case 'store':
      return 2;
    case 'loads':
      return count + (jumps ? core.popReturn : 1);
    case 'stores':
      return count + 1;
    case 'branch':
      return taken ? core.taken : 1;
    case 'register branch':
      return core.taken;
    case 'call':
      return core.call;
    case 'system':
      return 3;
    default:
      return 1; // the multiplier of one cycle among them, which all parts here have
  }
}

function model(core: SmallCore): CycleModel {
  return {
    source: core.source,
    cycles({ addresses, from, to, half }: Trace): number {
      let sum = 0;
      for (let k = from; k < to; k++) {
        const address = addresses[k];
        const instruction = decodeThumb(half(address), half(address + 2));
        sum += cost(core, instruction, addresses[k + 1] !== address + instruction.bytes);
      }
      return sum;
    },
  };
}

/** Cortex-M0+, multiplier of one cycle. */
export const cortexM0plus = model({
  source: 'Cortex-M0+ Technical Reference Manual, table 3-1',
  taken: 2,
  call: 3,
  popReturn: 3,
});

/** Cortex-M0, multiplier of one cycle: three stages, so that whatever branches takes a cycle more. */
export const cortexM0 = model({
  source: 'Cortex-M0 Technical Reference Manual, table 3-1',
  taken: 3,
  call: 4,
  popReturn: 4,
});
