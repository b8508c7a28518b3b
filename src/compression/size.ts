/** A matrix as the accounting sees it. */
export interface CountedMatrix {
  readonly name: string;
  readonly entries: number;
  readonly nonzeros: number;
  /** What a matrix takes that is packed in another way than the accounting's. */
  readonly packedBytes?: number | undefined;
}

/** A network's size in the paper's accounting, tensor by tensor. */
export interface PaperSize {
  /** The paper's accounting in bytes. */
  readonly bytes: number;
  readonly parts: {
    readonly name: string;
    readonly entries: number;
    readonly nonzeros: number;
    readonly bytes: number;
  }[];
}

/**
 * The paper's accounting of a quantised model: of each matrix of the cell 2 bytes a nonzero (value and index) where fewer than
 * half of its entries are nonzero, else 1 byte an entry; 1 byte a bias, an entry of the classifier or its bias, and a trainable scalar.
 * Packed matrices, with weights of 4 bits or cheaper indices, count the bytes that they take.
 * It gives Table 3's sizes of Google-12 (5.5 KB) and Wakeword-2 (1 KB) from Table 11; KB = 1024 bytes.
 */
export function paperSize(
  matrices: readonly CountedMatrix[],
  others: readonly { name: string; entries: number }[],
): PaperSize {
  const parts = [
    ...matrices.map(({ packedBytes, ...m }) => ({
      ...m,
      bytes: packedBytes ?? (m.nonzeros < 0.5 * m.entries ? 2 * m.nonzeros : m.entries),
    })),
    ...others.map((o) => ({ ...o, nonzeros: o.entries, bytes: o.entries })),
  ];
  return { bytes: parts.reduce((sum, part) => sum + part.bytes, 0), parts };
}
