import { joinPath, packageFile, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import type { IntegerNetwork } from '../../integer/index.js';
import { exportC } from '../c99.js';
import { exportFloatC } from '../float/export.js';
import { detectorProgram, type DetectorSource } from '../detector/program.js';
import type { FloatSource } from '../float/layout.js';
import { soundProgram, type SoundSource } from '../sound/program.js';
import { readElf, type Elf } from '../elf.js';
import { ExportError } from '../errors.js';

/** How the exported C becomes a program for a part. */
export interface BuildPlan {
  /** What messages call it: "a Pico". */
  readonly part: string;
  /** The compiler's command. */
  readonly compiler: string;
  readonly flags: readonly string[];
  /** C sources beside the exported ones, as paths inside the package's `firmware/`. */
  readonly sources: readonly string[];
  /** The linker script, in the same place. */
  readonly script: string;
}

/** Where an image's bytes of flash go. */
export interface FlashParts {
  /** The network's own constants: weights, indices, biases, scales. */
  readonly weights: number;
  /** The table of tanh. */
  readonly tables: number;
  /** Everything else: instructions, vectors, the harness around the network. */
  readonly code: number;
}

/** A linked program of the exported C. */
export interface Build extends Elf {
  readonly elf: Uint8Array;
  /** The compiler's name and version. */
  readonly compiler: string;
  readonly flashBytes: number;
  readonly flash: FlashParts;
}

/** What is compiled and has a definition to the last bit: an integer network, one with its detector, or a front end of sound. */
export type ExactSource = IntegerNetwork | DetectorSource | SoundSource;

/** The same, or a float network. */
export type BuildSource = ExactSource | FloatSource;

/**
 * What programs of float C need beside a plan's flags. Nothing there provides a function that loops would be replaced by.
 */
export const floatFlags: readonly string[] = ['-DNETWORK_FLOAT', '-fno-tree-loop-distribute-patterns'];

/** The exported C of any, with the prefix `model`. */
export function exportedC(source: BuildSource): Record<string, string> {
  if ('detector' in source) return detectorProgram(source);
  if ('inputs' in source) return soundProgram(source);
  return 'parameters' in source ? exportFloatC(source, { prefix }) : exportC(source, { prefix });
}

/** The prefix of the exported C in every build. */
const prefix = 'model';

/**
 * Exports a network, compiles it and links it with a part's program; undefined where the compiler isn't there.
 *
 * @param change what becomes of the exported C before it is compiled: proofs that must fail change it
 * @throws ExportError when it doesn't fit the part.
 */
export async function build(
  source: BuildSource,
  plan: BuildPlan,
  change = (text: string) => text,
): Promise<Build | undefined> {
  const version = await runProgram(plan.compiler, ['--version']);
  if (!version || version.code !== 0) return undefined;
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  const own = (name: string) => packageFile(`firmware/${name}`);
  try {
    const exported = Object.entries(exportedC(source));
    for (const [name, text] of exported) await writeFile(inside(name), change(text));
    const result = await runProgram(plan.compiler, [
      ...plan.flags,
      ...('parameters' in source ? floatFlags : []),
      `-I${directory.path}`,
      ...['-T', own(plan.script), '-o', inside('program.elf')],
      ...plan.sources.map(own),
      inside(`${prefix}.c`),
      '-lgcc',
    ]);
    if (result?.code !== 0) refuse(plan, result?.stderr.trim() ?? 'it is gone');
    const elf = await readFile(inside('program.elf'));
    const parts = readElf(elf);
    const flashBytes = parts.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { ...parts, elf, compiler: version.stdout.split('\n')[0], flashBytes, flash: flashParts(parts, flashBytes) };
  } finally {
    await directory.dispose();
  }
}

/** That the part is too small is a reason to leave the build out; any other complaint is a bug of the export. */
function refuse({ part, compiler }: BuildPlan, complaint: string): never {
  if (/overflowed|too large|will not fit|exceeds/.test(complaint)) {
    throw new ExportError(
      `the exported C needs more flash or RAM than ${part} has; lower network.hiddenSize or the ranks`,
    );
  }
  throw new Error(`${compiler} refuses the exported C:\n${complaint}`);
}

function flashParts({ symbols }: Elf, flashBytes: number): FlashParts {
  let weights = 0;
  let tables = 0;
  const functions = new Set(['reset', 'step', 'logits', 'predict'].map((name) => `${prefix}_${name}`));
  const constants =
    /^model_(?:layer\d+_)?(rows|biases|bias_gate|bias_update|classifier|classifier_bias|centre|multiplier|scale|embedding|[wu][12]?(_columns)?)$/;
  for (const { name, bytes } of symbols) {
    if (functions.has(name)) continue;
    if (name === `${prefix}_tanh`) tables += bytes;
    else if (constants.test(name)) weights += bytes;
  }
  return { weights, tables, code: flashBytes - weights - tables };
}
