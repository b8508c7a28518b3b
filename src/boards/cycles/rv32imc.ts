import type { CycleModel, Trace } from './model.js';

/** Cycles beside the one that every instruction takes. */
const taken = 2;
const loadUse = 1;
const division = 32;

/** The integer register that a load changes, or -1. */
function loadDestination(op: number): number {
  if ((op & 3) === 3) return (op & 0x7f) === 3 ? (op >> 7) & 31 : -1;
  if ((op & 0xe003) === 0x4000) return 8 + ((op >> 2) & 7); // c.lw
  return (op & 0xe003) === 0x4002 ? (op >> 7) & 31 : -1; // c.lwsp
}

/** Whether an instruction reads a register. */
function reads(op: number, second: number, register: number): boolean {
  if ((op & 3) === 3) {
    const word = (op | (second << 16)) >>> 0;
    return ((word >>> 15) & 31) === register || ((word >>> 20) & 31) === register;
  }
  return [(op >> 7) & 31, (op >> 2) & 31, 8 + ((op >> 7) & 7), 8 + ((op >> 2) & 7)].includes(register);
}

function divides(op: number, second: number): boolean {
  const word = (op | (second << 16)) >>> 0;
  return (word & 0xfe00007f) >>> 0 === 0x02000033 && (word & 0x4000) !== 0;
}

/**
 * A single-issue, in-order RV32IMC of four stages. No manual of such a part gives costs, so this is an assumption that is
 * said: a cycle an instruction, two more of a jump or branch that is taken, one more where the next instruction needs a load.
 */
export const rv32imc: CycleModel = {
  source:
    'assumed: 1 cycle an instruction, 2 more where a branch is taken, 1 more where the next instruction takes what is loaded, 32 more a division',
  cycles({ addresses, from, to, half }: Trace): number {
    let sum = 0;
    let loaded = 0;
    for (let k = from; k < to; k++) {
      const address = addresses[k];
      const [op, second] = [half(address), half(address + 2)];
      const bytes = (op & 3) === 3 ? 4 : 2;
      sum += 1;
      if (addresses[k + 1] !== address + bytes) sum += taken;
      if (loaded > 0 && reads(op, second, loaded)) sum += loadUse;
      if (divides(op, second)) sum += division;
      loaded = loadDestination(op);
    }
    return sum;
  },
};
