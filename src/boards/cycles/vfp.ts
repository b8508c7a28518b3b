/** An instruction of the single-precision floating-point unit of a Cortex-M4 (FPv4-SP), as far as its cost goes. */
export interface FloatInstruction {
  readonly cycles: number;
  /** The register that an arithmetic instruction gives: the next instruction waits a cycle for it. Or -1. */
  readonly result: number;
  /** Registers that it reads. */
  readonly reads: readonly number[];
}

/** Cycles by the Cortex-M4 Technical Reference Manual, table 7-1. */
const costs = { simple: 1, accumulate: 3, divide: 14, transfer: 2 } as const;

/** @returns undefined for an instruction of the integer core (Armv7-M reference manual, A6.4 to A6.7) */
export function decodeFloat(op: number, second: number): FloatInstruction | undefined {
  if ((op & 0xfc00) !== 0xec00 || (second & 0x0e00) !== 0x0a00) return undefined;
  const d = ((second >> 12) << 1) | ((op >> 6) & 1);
  const n = ((op & 15) << 1) | ((second >> 7) & 1);
  const m = ((second & 15) << 1) | ((second >> 5) & 1);
  if ((op & 0xff00) === 0xee00) {
    // A bit 4 marks a move between the cores, VMRS among them.
    if (second & 0x10) return { cycles: costs.simple, result: -1, reads: [n] };
    const operation = (op >> 4) & 0xb;
    if (operation === 0xb) {
      // Of one operand: VMOV, VABS, VNEG, VSQRT, VCMP, VCVT
      const squareRoot = (op & 15) === 1 && (second & 0xc0) === 0xc0;
      return { cycles: squareRoot ? costs.divide : costs.simple, result: squareRoot ? d : -1, reads: [d, m] };
    }
    if (operation === 8) return { cycles: costs.divide, result: d, reads: [n, m] };
    if (operation === 2 || operation === 3) return { cycles: costs.simple, result: d, reads: [n, m] }; // VMUL, VADD
    return { cycles: costs.accumulate, result: d, reads: [d, n, m] };
  }
  // VLDR and VSTR, or several registers
  if ((op & 0x0120) === 0x0100) return { cycles: costs.transfer, result: -1, reads: (op & 0x10) === 0 ? [d] : [] };
  return { cycles: 1 + (second & 0xff), result: -1, reads: [] };
}
