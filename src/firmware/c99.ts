import type { IntegerNetwork } from '../integer/index.js';
import { headerFile, type HeadOptions } from './c99/header.js';
import { layoutsOf } from './c99/layout.js';
import { sourceFile } from './c99/source.js';
import type { Optimize } from './c99/avr/plan.js';
import { ExportError } from './errors.js';

export interface ExportCOptions extends HeadOptions {
  /** Begins every name in the C: a C identifier, e.g. `wakeword`. File names are made of it, too. */
  readonly prefix: string;
  /** What the code for AVR is made for, few bytes of flash (the default) or few cycles. No result depends on it. */
  readonly optimize?: Optimize | undefined;
  /** Lines for the header's comment: what the classes are, each channel's unit, where the network comes from. */
  readonly description?: readonly string[];
}

/**
 * The network as portable C99: `PREFIX.h` and `PREFIX.c`, with
 *
 * ```c
 * typedef struct { … } PREFIX_state;                          // one stream's memory
 * void PREFIX_reset(PREFIX_state *);
 * void PREFIX_step(PREFIX_state *, const int16_t *x);         // x: PREFIX_INPUTS values of one time step
 * void PREFIX_logits(const PREFIX_state *, int32_t *out);     // out: PREFIX_CLASSES values
 * int PREFIX_predict(const PREFIX_state *);                   // the first class with the largest logit
 * ```
 *
 * (macros are in upper case). No heap, no floating point, no variables of static storage: several networks and streams
 * live in one program. Constant tables lie in flash on AVR.
 *
 * @throws ExportError when the prefix is no C identifier, is reserved by C, or is too long.
 */
export function exportC(network: IntegerNetwork, options: ExportCOptions): Record<string, string> {
  const { prefix, description = [] } = options;
  checkPrefix(prefix);
  const layouts = layoutsOf(network, prefix);
  return {
    [`${prefix}.h`]: headerFile(layouts, description, options),
    [`${prefix}.c`]: sourceFile(layouts, options.optimize ?? 'size'),
  };
}

/** Headers of C, avr-libc and Arduino that a file of the same name would hide, on file systems without case as well. */
const standardHeaders = new Set(
  (
    'assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdbool ' +
    'stddef stdint stdio stdlib stdnoreturn string strings tgmath threads time uchar wchar wctype arduino unistd'
  ).split(' '),
);

export function checkPrefix(prefix: string): void {
  const fail = (why: string): never => {
    throw new ExportError(`prefix ${JSON.stringify(prefix)} ${why}; choose a name such as "wakeword"`);
  };
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(prefix)) fail('is no C identifier (letters, digits and _, a letter first)');
  if (prefix.length > 31) fail(`has ${prefix.length} characters, at most 31 are portable`);
  if (standardHeaders.has(prefix.toLowerCase()))
    fail('is the name of a standard header, which the exported one would hide');
  if (/__/.test(prefix)) fail('holds two underscores in a row, which C++ reserves');
}
