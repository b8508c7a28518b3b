/** What an instruction of the Thumb sets is, as far as its cost goes. */
export interface ThumbInstruction {
  readonly kind:
    | 'plain'
    | 'load'
    | 'store'
    | 'loads'
    | 'stores'
    | 'branch'
    | 'call'
    | 'register branch'
    | 'table branch'
    | 'multiply'
    | 'multiply-accumulate'
    | 'long multiply'
    | 'divide'
    | 'system';
  /** 2 or 4. */
  readonly bytes: number;
  /** Registers that are loaded or stored. */
  readonly count: number;
  /** Whether the program counter is among the loaded registers. */
  readonly jumps: boolean;
  /** The register that a load of one changes, or -1. */
  readonly destination: number;
  /** The registers of an address, as bits. */
  readonly address: number;
}

const plain: ThumbInstruction = {
  kind: 'plain',
  bytes: 2,
  count: 0,
  jumps: false,
  destination: -1,
  address: 0,
};

function bitsOf(list: number): number {
  let count = 0;
  for (let rest = list; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Decodes the instruction whose halfwords are `op` and, where it has two, `second` (Armv7-M reference manual, A5). */
export function decodeThumb(op: number, second: number): ThumbInstruction {
  return op >> 11 >= 0x1d ? decodeWide(op, second) : decodeNarrow(op);
}

function decodeNarrow(op: number): ThumbInstruction {
  const one = (load: boolean, address: number, register: number): ThumbInstruction => ({
    ...plain,
    kind: load ? 'load' : 'store',
    count: 1,
    destination: load ? register : -1,
    address,
  });
  const low = (shift: number) => 1 << ((op >> shift) & 7);
  switch (op >> 12) {
    case 4:
      if (op >> 11 === 9) return one(true, 1 << 15, (op >> 8) & 7);
      if (op >> 6 === 0x10d) return { ...plain, kind: 'multiply' };
      if ((op & 0xff87) === 0x4780) return { ...plain, kind: 'register branch' };
      if ((op & 0xff07) === 0x4700) return { ...plain, kind: 'register branch' };
      if ((op & 0xfd87) === 0x4487) return { ...plain, kind: 'register branch' }; // add or mov to pc
      return plain;
    case 5:
      return one(((op >> 9) & 7) >= 3, low(3) | low(6), op & 7);
    case 6:
    case 7:
    case 8:
      return one((op & 0x800) !== 0, low(3), op & 7);
    case 9:
      return one((op & 0x800) !== 0, 1 << 13, (op >> 8) & 7);
    case 11:
      if ((op & 0xf600) === 0xb400) {
        const pops = (op & 0x800) !== 0;
        return {
          ...plain,
          kind: pops ? 'loads' : 'stores',
          count: bitsOf(op & 0x1ff),
          jumps: pops && (op & 0x100) !== 0,
        };
      }
      if ((op & 0xf500) === 0xb100) return { ...plain, kind: 'branch' }; // cbz, cbnz
      return plain;
    case 12:
      return { ...plain, kind: op & 0x800 ? 'loads' : 'stores', count: bitsOf(op & 0xff) };
    case 13:
      return ((op >> 8) & 15) < 14 ? { ...plain, kind: 'branch' } : { ...plain, kind: 'system' };
    case 14:
      return { ...plain, kind: 'branch' };
    default:
      return plain;
  }
}

function decodeWide(op: number, second: number): ThumbInstruction {
  const wide: ThumbInstruction = { ...plain, bytes: 4 };
  if ((op & 0xf800) === 0xf000 && second & 0x8000) {
    if ((second & 0x5000) === 0x5000) return { ...wide, kind: 'call' };
    if ((second & 0x5000) === 0x1000 || ((op >> 6) & 14) !== 14) return { ...wide, kind: 'branch' };
    return { ...wide, kind: 'system' };
  }
  if ((op & 0xfe40) === 0xe800) {
    const load = (op & 0x10) !== 0;
    return { ...wide, kind: load ? 'loads' : 'stores', count: bitsOf(second), jumps: load && (second & 0x8000) !== 0 };
  }
  if ((op & 0xfff0) === 0xe8d0 && (second & 0xffe0) === 0xf000) return { ...wide, kind: 'table branch' };
  if ((op & 0xfe40) === 0xe840) return { ...wide, kind: op & 0x10 ? 'loads' : 'stores', count: 2 };
  if ((op & 0xfe00) === 0xf800) {
    const load = (op & 0x10) !== 0;
    const byRegister = (op & 0x80) === 0 && (second & 0x0fc0) === 0;
    const address = (1 << (op & 15)) | (byRegister ? 1 << (second & 15) : 0);
    return { ...wide, kind: load ? 'load' : 'store', count: 1, destination: load ? second >> 12 : -1, address };
  }
  if ((op & 0xff80) === 0xfb00) {
    const accumulates = second >> 12 !== 15;
    return { ...wide, kind: accumulates ? 'multiply-accumulate' : 'multiply' };
  }
  if ((op & 0xff80) === 0xfb80) return { ...wide, kind: (second & 0xf0) === 0xf0 ? 'divide' : 'long multiply' };
  return wide;
}
