/** A random problem with its answer in float64 for each operation of the kernels. */
import * as cells from './cells.js';
import * as gates from './gates.js';
import * as losses from './losses.js';
import type { Draw, Problem } from './problem.js';
import * as products from './products.js';
import * as recurrences from './recurrences.js';
import * as rows from './rows.js';
import * as sequences from './sequences.js';
import * as spectra from './spectra.js';
import * as vectors from './vectors.js';

export { Draw, type Expected, type Problem } from './problem.js';

/** By the operation's name; gemm is with pack, gemmTransposed with unpack. */
export const problems: Readonly<Record<string, (draw: Draw) => Problem>> = {
  ...products,
  ...cells,
  ...gates,
  ...losses,
  ...recurrences,
  ...rows,
  ...sequences,
  ...spectra,
  ...vectors,
};
