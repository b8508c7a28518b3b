import { joinPath, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import { soundSamples, type Build, type ExactSource, type FloatSource } from '../firmware/index.js';
import { integerLayers, stateSize } from '../integer/index.js';
import { batchInput, BatchProgram, type BatchCycles } from './batch.js';
import type { CycleModel } from './cycles/model.js';
import type { Sizes } from './definition.js';
import { definitionOf, sizesOf } from './exact.js';
import { floatSizes } from './float-definition.js';
import { MachineError } from './machine.js';
import { piecesOf, traceAddresses } from './trace.js';
import {
  prove,
  proveFloat,
  type BoardProof,
  type BoardUnderTest,
  type FloatProof,
  type ProofOptions,
  type ProofSequence,
} from './prove.js';

/** A machine of QEMU. */
export interface QemuMachine {
  /** `qemu-system-arm` or another. */
  readonly command: string;
  /** Its machine's options. */
  readonly options: readonly string[];
  /** Of the part that it stands for, in Hz. */
  readonly clock: number;
  readonly model: CycleModel;
}

/** A simulator that hangs is stopped after so many milliseconds. */
const patience = 120_000;
/** About so many instructions are traced, for their cycles. */
const tracedInstructions = 400_000;

/** Whether a machine's program is there. */
export async function hasQemu({ command }: QemuMachine): Promise<boolean> {
  return (await runProgram(command, ['--version']))?.code === 0;
}

/**
 * Runs a batch program under QEMU and compares every value with the definition. QEMU counts no cycles: those of the first
 * steps of each sequence follow from a trace of the instructions and the core's cycle model.
 */
export async function proveQemu(
  source: ExactSource,
  build: Build,
  machine: QemuMachine,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<BoardProof> {
  const { warmUp = 0 } = definitionOf(source);
  const traced = shortened(source, sequences, warmUp);
  return prove(source, await qemu(build, machine, sizesOf(source), sequences, traced, warmUp), sequences, options);
}

/**
 * The same of float C, by tolerance. One step may have a million instructions, so two are traced, and the second counts: the first one
 * begins with zeros, which are fast to multiply in software.
 */
export async function proveQemuFloat(
  source: FloatSource,
  build: Build,
  machine: QemuMachine,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<FloatProof> {
  const traced = sequences.slice(0, 1).map(({ inputs, steps }) => ({ inputs, steps: Math.min(2, steps) }));
  const board = await qemu(build, machine, floatSizes(source), sequences, traced, 1);
  return proveFloat(source, board, sequences, options);
}

/**
 * A machine that has run already: once over all sequences, and once for a trace of some steps.
 *
 * @param unusualSteps how many of these don't count at the beginning, where there are more
 */
async function qemu(
  build: Build,
  machine: QemuMachine,
  sizes: Sizes,
  sequences: readonly ProofSequence[],
  traced: readonly ProofSequence[],
  unusualSteps = 0,
): Promise<BoardUnderTest> {
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  try {
    await writeFile(inside('program.elf'), build.elf);
    const run = async (inputs: readonly ProofSequence[], more: readonly string[]): Promise<string | undefined> => {
      await writeFile(inside('in.bin'), batchInput(inputs, sizes));
      const result = await runProgram(
        machine.command,
        [
          ...machine.options,
          '-nographic',
          '-semihosting-config',
          'enable=on,target=native',
          ...more,
          '-kernel',
          'program.elf',
        ],
        { directory: directory.path, milliseconds: patience },
      );
      if (result?.code === 0) return undefined;
      return `${machine.command} ends with code ${result?.code ?? 'none'}: ${result?.stderr.trim().slice(0, 500) ?? ''}`;
    };
    let complaint = await run(sequences, []);
    const output = complaint === undefined ? await readFile(inside('out.bin')) : new Uint8Array(0);
    let cycles: BatchCycles = { reset: [], step: [], predict: [] };
    if (complaint === undefined) {
      const range = codeRange(build);
      const filter = `0x${range.from.toString(16)}..0x${(range.to - 1).toString(16)}`;
      const trace = ['-singlestep', '-d', 'exec,nochain', '-dfilter', filter, '-D', 'trace.log'];
      complaint = await run(traced, trace);
      if (complaint === undefined) {
        const counted = countCycles(await readFile(inside('trace.log')), build, machine.model);
        cycles = { ...counted, step: counted.step.slice(Math.min(unusualSteps, counted.step.length - 1)) };
      }
    }
    return {
      clock: machine.clock,
      model: machine.model.source,
      flashBytes: build.flashBytes,
      start(): BatchProgram {
        if (complaint !== undefined) throw new MachineError(complaint);
        return new BatchProgram(sizes, sequences, output, cycles);
      },
    };
  } finally {
    await directory.dispose();
  }
}

/** The first steps of up to four sequences; of a front end, those of one until frames of a few steps of the network are made. */
function shortened(source: ExactSource, sequences: readonly ProofSequence[], warmUp: number): ProofSequence[] {
  if ('inputs' in source) {
    const { frames, stride } = source.inputs.stack ?? { frames: 1, stride: 1 };
    const steps = warmUp + (frames - stride + 2 * stride) * (source.inputs.sound.hop / soundSamples(source));
    return sequences.slice(0, 1).map((sequence) => ({ ...sequence, steps: Math.min(steps, sequence.steps) }));
  }
  const network = 'detector' in source ? source.network : source;
  const matrices = integerLayers(network).flatMap(({ w1, w2, u1, u2 }) => [w1, w2, u1, u2]);
  const weights = matrices.reduce((sum, m) => sum + (m?.values.length ?? 0), 0);
  const instructions = 10 * weights + 100 * (stateSize(network) + network.inputSize);
  const steps = Math.max(1, Math.min(16, Math.floor(tracedInstructions / 4 / instructions)));
  return sequences.slice(0, 4).map((sequence) => ({ ...sequence, steps: Math.min(steps, sequence.steps) }));
}

/** The addresses of the network's functions and of the library behind them. */
function codeRange({ symbols, segments }: Build): { from: number; to: number } {
  const own = symbols.filter(({ name, isFunction }) => isFunction && /^(model|stream)_/.test(name));
  const from = own.reduce((least, { address }) => Math.min(least, address), Infinity);
  const home = segments.find(({ address, bytes }) => from >= address && from < address + bytes.length);
  return { from, to: home ? home.address + home.bytes.length : from };
}

/** The cycles of each reset, step and prediction of a trace. */
function countCycles(log: Uint8Array, { symbols, segments }: Build, model: CycleModel): BatchCycles {
  const addresses = traceAddresses(log);
  const entry = (name: string) => symbols.find((symbol) => symbol.name === `model_${name}`)?.address;
  const names = ['reset', 'step', 'predict', 'logits'] as const;
  const entries = new Map(names.map((name) => [entry(name) ?? -1, name] as const));
  const counts = { reset: [] as number[], step: [] as number[], predict: [] as number[], logits: [] as number[] };
  const half = halfReader(segments);
  for (const { name, from, to } of piecesOf(addresses, entries)) {
    counts[name].push(model.cycles({ addresses, from, to, half }));
  }
  return counts;
}

function halfReader(segments: Build['segments']): (address: number) => number {
  const [code] = segments;
  const view = new DataView(code.bytes.buffer, code.bytes.byteOffset, code.bytes.byteLength);
  return (address) => {
    const at = address - code.address;
    return at >= 0 && at + 1 < view.byteLength ? view.getUint16(at, true) : 0;
  };
}
