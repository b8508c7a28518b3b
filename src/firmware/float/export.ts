import { checkPrefix, type ExportCOptions } from '../c99.js';
import { headerFile } from './header.js';
import { floatLayout, type FloatSource } from './layout.js';
import { sourceFile } from './source.js';

/**
 * A float network as portable C99 in float32, for parts with a floating-point unit: `PREFIX.h` and `PREFIX.c` with the functions of
 * `exportC`, whose inputs, states and logits are floats.
 *
 * ```c
 * void PREFIX_step(PREFIX_state *, const float *x);           // x: PREFIX_INPUTS values in counts
 * void PREFIX_logits(const PREFIX_state *, float *out);       // out: PREFIX_CLASSES values
 * ```
 *
 * No heap, no library, no variables of static storage; zeros of sparse matrices are left out. Values are the float network's within
 * rounding, never called bit-exact.
 *
 * @throws ExportError for a prefix that is no C identifier, for two directions and complex units, and for numbers that are not finite.
 */
export function exportFloatC(source: FloatSource, options: Omit<ExportCOptions, 'optimize'>): Record<string, string> {
  const { prefix, description = [] } = options;
  checkPrefix(prefix);
  const layout = floatLayout(source, prefix);
  return { [`${prefix}.h`]: headerFile(layout, description, options), [`${prefix}.c`]: sourceFile(layout) };
}
