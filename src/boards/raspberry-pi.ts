import { joinPath, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import { compileRaspberryPi, type FloatSource, type HostedBuild } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { batchInput, BatchProgram } from './batch.js';
import { integerSizes, type Sizes } from './definition.js';
import { floatSizes } from './float-definition.js';
import { MachineError } from './machine.js';
import { prove, proveFloat, type BoardFigures, type ProofSequence } from './prove.js';
import { piecesOf, traceAddresses } from './trace.js';

const emulator = 'qemu-aarch64';

/** What the exported C has shown on an emulated Raspberry Pi: instructions. No time follows of them: how many it takes at once and what its caches miss are unknown. */
export interface InstructionCounts extends Pick<BoardFigures, 'firstDifference' | 'error' | 'sequences' | 'steps'> {
  /** Every value equals the definition's; of float C, that every value is within its tolerance. */
  readonly agrees: boolean;
  /** Mean of the steps that were traced, two of each of four sequences. */
  readonly instructionsPerStep: number;
  /** Derived: a reset, so many steps, and the head, of a sequence of mean length. */
  readonly instructionsPerPrediction: number;
  readonly compiler: string;
}

/**
 * Runs a network's exported C, integer or float, as a program for a 64-bit Linux under emulation, compares every value as on the other
 * boards, and counts instructions; the reason where it can't be run here.
 */
export async function runRaspberryPi(
  source: IntegerNetwork | FloatSource,
  sequences: readonly ProofSequence[],
): Promise<InstructionCounts | string> {
  if ((await runProgram(emulator, ['--version']))?.code !== 0)
    return `${emulator} not found; install it: apt-get install qemu-user`;
  const build = await compileRaspberryPi(source);
  if (!build)
    return 'aarch64-linux-gnu-gcc not found; install it: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross';
  const sizes = 'parameters' in source ? floatSizes(source) : integerSizes(source);
  const traced = sequences.slice(0, 4).map(({ inputs, steps }) => ({ inputs, steps: Math.min(2, steps) }));
  const { output, counts } = await runHosted(build, sizes, sequences, traced);
  const board = {
    clock: 1,
    flashBytes: 0,
    start(): BatchProgram {
      if (typeof output === 'string') throw new MachineError(output);
      return new BatchProgram(sizes, sequences, output, { reset: [], step: [], predict: [] });
    },
  };
  const proof = 'parameters' in source ? proveFloat(source, board, sequences) : prove(source, board, sequences);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const instructionsPerStep = mean(counts.step);
  const meanSteps = mean(sequences.map(({ steps }) => steps));
  return {
    agrees: 'bitExact' in proof ? proof.bitExact : proof.withinTolerance,
    ...(proof.firstDifference && { firstDifference: proof.firstDifference }),
    ...(proof.error !== undefined && { error: proof.error }),
    ...{ sequences: proof.sequences, steps: proof.steps, instructionsPerStep },
    instructionsPerPrediction: mean(counts.reset) + meanSteps * instructionsPerStep + mean(counts.predict),
    compiler: build.compiler,
  };
}

type Counts = Record<'reset' | 'step' | 'predict' | 'logits', number[]>;

/** The program's output for all sequences, or what went wrong; and the instructions of each piece of a shorter run. */
async function runHosted(
  { program, functions }: HostedBuild,
  sizes: Sizes,
  sequences: readonly ProofSequence[],
  traced: readonly ProofSequence[],
): Promise<{ output: Uint8Array | string; counts: Counts }> {
  const counts: Counts = { reset: [], step: [], predict: [], logits: [] };
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  try {
    await writeFile(inside('program'), program);
    await runProgram('chmod', ['+x', inside('program')]);
    const run = async (inputs: readonly ProofSequence[], more: readonly string[]): Promise<string | undefined> => {
      await writeFile(inside('in.bin'), batchInput(inputs, sizes));
      const result = await runProgram(emulator, [...more, inside('program')], { directory: directory.path });
      return result?.code === 0
        ? undefined
        : `${emulator} ends with code ${result?.code ?? 'none'}: ${result?.stderr ?? ''}`;
    };
    const complaint = await run(sequences, []);
    if (complaint !== undefined) return { output: complaint, counts };
    const output = await readFile(inside('out.bin'));
    const places = [...functions.values()];
    const from = Math.min(...places.map(({ address }) => address));
    const to = Math.max(...places.map(({ address, bytes }) => address + bytes)) - 1;
    const filter = `0x${from.toString(16)}..0x${to.toString(16)}`;
    const trace = ['-singlestep', '-d', 'exec,nochain', '-dfilter', filter, '-D', inside('trace.log')];
    const wrong = await run(traced, trace);
    if (wrong !== undefined) return { output: wrong, counts };
    const names = ['reset', 'step', 'predict', 'logits'] as const;
    const entries = new Map(names.map((name) => [functions.get(name)?.address ?? -1, name] as const));
    const pieces = piecesOf(traceAddresses(await readFile(inside('trace.log'))), entries);
    for (const { name, from: first, to: end } of pieces) counts[name].push(end - first);
    return { output, counts };
  } finally {
    await directory.dispose();
  }
}
