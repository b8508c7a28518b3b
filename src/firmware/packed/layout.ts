/** What the assembler of a row for AVR is made from (src/firmware/c99/avr/rows.ts). */
export interface AvrRow {
  /** Begins its labels. */
  readonly name: string;
  readonly columns: number;
  /** A register that counts, which the row may change. */
  readonly counter: string;
  /** sum += the weight in a register times r20:r19, which this changes, as r0 and r1. */
  readonly accumulate: (weight: string) => string;
}

/** One way to store the rows of a matrix: from weights to bytes, back, and what firmware does with them. */
export interface PackedLayout {
  /** Whether a row's number of columns must be known, where it doesn't begin with a count. */
  readonly takesColumns: boolean;
  /** The bytes of one row, 0..255. */
  readonly encode: (values: Int8Array) => number[];
  /** The weights of a row, whose bytes `next` gives one by one. */
  readonly decode: (next: () => number, columns: number) => number[];
  /** A row in C: FUNCTION is its name, READ(address) a byte of a table. */
  readonly c: string;
  /** A row in assembler for AVR: the stream at Z, the operands at X; changes r16 to r20. It ends behind its last instruction. */
  readonly avr: (row: AvrRow) => string;
}
