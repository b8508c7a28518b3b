import { build, type Build, type BuildSource } from './build.js';

/** A part whose program is a batch program (firmware/batch): it reads sequences and writes every value. */
export interface BatchTarget {
  /** What messages call it: "a Due". */
  readonly part: string;
  readonly compiler: string;
  /** Which Debian package has the compiler. */
  readonly package: string;
  /** The processor's flags. */
  readonly processor: readonly string[];
  /** The program's start, in `firmware/`. */
  readonly start: string;
  /** Where the simulator has memory, and how much of it the part has. */
  readonly memory: {
    readonly flash: number;
    readonly flashBytes: number;
    readonly ram: number;
    readonly ramBytes: number;
  };
}

/** Flags of programs without an operating system, for any compiler of the GNU family. */
export const bareFlags: readonly string[] =
  '-std=c99 -O2 -Wall -Wextra -Wconversion -Werror -ffreestanding -ffunction-sections -fdata-sections -nostdlib -Wl,--gc-sections,--no-warn-rwx-segments,--build-id=none'.split(
    ' ',
  );

/**
 * Compiles the exported C of a network with a batch program around it; undefined where the compiler isn't there.
 *
 * @param change what becomes of the exported C before it is compiled: proofs that must fail change it
 * @throws ExportError when it doesn't fit the part.
 */
export function compileBatch(
  source: BuildSource,
  target: BatchTarget,
  change?: (text: string) => string,
): Promise<Build | undefined> {
  const { memory, part, compiler, processor, start } = target;
  const symbols = [
    `flash=${memory.flash}`,
    `flash_bytes=${memory.flashBytes}`,
    `ram=${memory.ram}`,
    `ram_bytes=${memory.ramBytes}`,
  ];
  const plan = {
    part,
    compiler,
    flags: [...processor, ...bareFlags, ...symbols.map((symbol) => `-Wl,--defsym=${symbol}`)],
    sources: ['batch/batch.c', start, 'avr/generated.c'],
    script: 'batch/link.ld',
  };
  return build(source, plan, change);
}

/** What all Cortex-M parts share. */
export const cortexM = {
  compiler: 'arm-none-eabi-gcc',
  package: 'gcc-arm-none-eabi',
  start: 'batch/cortex-m.c',
} as const;
