/** Boards that firmware is made for, by the names of `targets`, `--board` and `metrics.json`. */
export const boardNames = ['uno', 'mkr1000', 'rp2040', 'microbit', 'due', 'cortex-m4f', 'riscv'] as const;

/** A board that can be simulated. */
export type BoardName = (typeof boardNames)[number];
