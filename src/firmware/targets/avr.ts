import { joinPath, packageFile, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import {
  gateNetworks,
  isGateByGate,
  lastLayer,
  separateLayers,
  stateSize,
  stepInputs,
  type IntegerNetwork,
} from '../../integer/index.js';
import { stateBytes } from '../../detector/index.js';
import { gatesOf } from '../../network/index.js';
import { exportC } from '../c99.js';
import type { FloatSource } from '../float/layout.js';
import type { Optimize } from '../c99/avr/plan.js';
import { detectorProgram, detectorValues, type DetectorSource } from '../detector/program.js';
import { ExportError } from '../errors.js';
import { frontendBytes } from '../sound/export.js';
import { soundProgram, soundSamples, soundShown, type SoundSource } from '../sound/program.js';
import { readHex, writeHex } from '../hex.js';
import { exportedC } from './build.js';
import { runtimeWithBlob } from './runtime.js';

/** An Uno's flash without its bootloader, and its RAM, in bytes. */
export const unoLimits = { flash: 32768 - 512, ram: 2048 } as const;

/** A program for an Uno, ready to be flashed. */
export interface UnoImage {
  /** Intel HEX text. */
  readonly hex: string;
  /** Bytes of flash that the image fills: program and network. */
  readonly flashBytes: number;
}

/** The generic runtime with a network's blob. */
export interface UnoRuntimeImage extends UnoImage {
  /** Bytes of RAM in use: the runtime's static data and the network's vectors; the stack comes on top. */
  readonly ramBytes: number;
  /** Bytes of RAM that the runtime keeps free for its stack. */
  readonly stackReserve: number;
  /** Where the blob stands in flash. */
  readonly blobAddress: number;
}

/**
 * Bytes of RAM that a network's vectors take in the generic runtime: h, r, x, t and u, int16 each. Cells that are run gate by gate have a
 * vector of each gate as well, the LSTM its c, but no copy of h in u. Where the head reads the mean of the states also their sums, int32;
 * the means take the place of x, t and u.
 */
export function arenaBytes(network: IntegerNetwork): number {
  if (!isGateByGate(network)) return vectorBytes(network);
  const { cell, mean, hiddenSize, inputSize, wRank, uRank } = network;
  const states = 2 + gateNetworks(network).length + (mean ? 2 : 0) + (cell === 'LSTM' ? 1 : 0);
  return 2 * (states * hiddenSize + inputSize + wRank + uRank);
}

/** The same in exported C: of several layers all layers' h and r, and the longest of the rest. A gate works on copies of input and state. */
export function vectorBytes(network: IntegerNetwork): number {
  const scratch = Math.max(
    ...separateLayers(network).map((layer) => {
      const { inputSize, hiddenSize, wRank, uRank } = layer;
      const own = inputSize + wRank + (uRank || hiddenSize);
      // Run gate by gate, with an input and a state beside the copies that a gate of the exported C works on.
      return isGateByGate(layer) ? own + inputSize + gateNetworks(layer).length * hiddenSize : own;
    }),
  );
  const states = (network.cell === 'LSTM' ? 3 : 2) * stateSize(network);
  const { hiddenSize } = lastLayer(network);
  return 2 * (network.mean ? states + 2 * hiddenSize + Math.max(scratch, hiddenSize) : states + scratch);
}

/**
 * A flashable Uno image without any compiler: the committed generic runtime with the network's blob right behind it.
 *
 * @throws ExportError when flash or RAM is too small, with the need and the limit.
 */
export async function unoImage(network: IntegerNetwork): Promise<UnoRuntimeImage> {
  const { blobAddress, staticBytes, stackReserve, blob, segments } = await runtimeWithBlob('avr', network);
  const flashBytes = blobAddress + blob.length;
  if (flashBytes > unoLimits.flash) {
    throw new ExportError(
      `the network needs ${flashBytes} bytes of an Uno's flash (${blob.length} for itself), it has ${unoLimits.flash}; ` +
        `lower network.hiddenSize${network.embedding ? ', network.embedding' : ''} or the ranks, or raise the sparsity`,
    );
  }
  const vectors = arenaBytes(network);
  const ramBytes = staticBytes + vectors;
  if (ramBytes + stackReserve > unoLimits.ram) {
    throw new ExportError(
      `the network needs ${ramBytes + stackReserve} bytes of an Uno's RAM (${vectors} for its vectors, ` +
        `${stackReserve} for the stack), it has ${unoLimits.ram}; lower network.hiddenSize`,
    );
  }
  return { hex: writeHex(segments), flashBytes, ramBytes, stackReserve, blobAddress };
}

/** The exported C compiled into a program for an Uno. */
export interface UnoGeneratedImage extends UnoImage {
  /** The compiler's name and version. */
  readonly compiler: string;
  /** Bytes of the network's constant arrays among those of flash: weights, indices, biases, affine, tables. */
  readonly tableBytes: number;
}

/** Bytes of stack besides a step's vectors: return addresses and saved registers; about 50 have been seen. */
const generatedStackReserve = 96;

/** The compiler, and Debian's packages that it and its tools are in. */
export const avrTools = { compiler: 'avr-gcc', package: 'gcc-avr binutils-avr avr-libc' };

/** Code for size: what counts for speed is in assembler. */
const compilerFlags =
  '-mmcu=atmega328p -std=c99 -pedantic -Os -Wall -Wextra -Wconversion -Werror -ffunction-sections -fdata-sections';

/** The program begins without the C library's start (firmware/avr/main.c). */
const linkerFlags = '-mmcu=atmega328p -nostartfiles -Wl,--gc-sections -Wl,--relax';

/**
 * Compiles the network's exported C, with the serial protocol around it, by the avr-gcc of this machine; undefined where
 * there is none.
 *
 * @throws ExportError when the compiler or linker refuses, with its message: the network doesn't fit the part.
 */
export async function compileUno(
  network: IntegerNetwork,
  options: { readonly optimize?: Optimize | undefined } = {},
): Promise<UnoGeneratedImage | undefined> {
  checkGeneratedRam(network);
  return compileUnoC(exportC(network, { prefix: 'model', optimize: options.optimize }));
}

/** The same of a network with its detector: every value of a stream is its state (`detectorProgram`). */
export async function compileUnoDetector(source: DetectorSource): Promise<UnoGeneratedImage | undefined> {
  const { network, detector } = source;
  const stream = detector.states * stateBytes(network) + 4 * detector.wake.length + 10;
  checkRam(stream + 2 * detectorValues(source) + vectorBytes(network) + 4 * network.classes);
  return compileUnoC(detectorProgram(source));
}

/**
 * The same of a front end of sound, alone or with a network behind it: every value that can be seen from outside is its state
 * (`soundProgram`).
 */
export async function compileUnoSound(source: SoundSource): Promise<UnoGeneratedImage | undefined> {
  const { inputs, network } = source;
  const own = frontendBytes(inputs);
  const need =
    own +
    2 * (soundSamples(source) + soundShown(source).values) +
    (network ? vectorBytes(network) : 0) +
    generatedStackReserve;
  if (need > unoLimits.ram) {
    const { window, transform } = inputs.sound;
    throw new ExportError(
      `the front end needs ${need} bytes of an Uno's RAM (${own} for a window of ${window} samples and its transform of ${transform}), it has ${unoLimits.ram}; ` +
        'lower features.sound.rate (8000 with a window of 16 ms fits) or features.sound.window',
    );
  }
  return compileUnoC(soundProgram(source));
}

/** The same of a float network's C. */
export async function compileUnoFloat(source: FloatSource): Promise<UnoGeneratedImage | undefined> {
  const { architecture } = source;
  const { cell, inputSize, hiddenSize, wRank, uRank, classes, output, vocabulary } = architecture;
  const gates = gatesOf(architecture).length;
  // The state, with its memory and its mean; a vector for each gate of its own, or a copy of the state.
  const wide = 1 + (cell === 'LSTM' ? 1 : 0) + (output === 'mean' ? 2 : 0) + (gates > 1 ? gates : uRank > 0 ? 0 : 1);
  const vectors = wide * hiddenSize + inputSize + wRank + uRank;
  checkRam(4 * (vectors + Math.max(vocabulary > 0 ? 1 : inputSize, classes)));
  return compileUnoC(exportedC(source), ['-DNETWORK_FLOAT']);
}

/**
 * The same of C files that stand for the exported ones of the prefix `model`.
 *
 * @param more flags of the compiler
 */
export async function compileUnoC(
  files: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<UnoGeneratedImage | undefined> {
  const version = await runProgram('avr-gcc', ['--version']);
  if (!version || version.code !== 0) return undefined;
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(inside(name), text);
    const flags = [...compilerFlags.split(' '), ...more, `-I${directory.path}`];
    await compile([...flags, '-c', '-o', inside('model.o'), inside('model.c')]);
    const program = packageFile('firmware/avr/generated.c');
    await compile([...flags, '-fwhole-program', '-c', '-o', inside('program.o'), program]);
    await compile([
      ...linkerFlags.split(' '),
      '-o',
      inside('model.elf'),
      inside('program.o'),
      inside('model.o'),
      '-lm',
    ]);
    const tableBytes = tablesIn(await must('avr-size', ['-A', inside('model.o')]));
    await must('avr-objcopy', ['-O', 'ihex', inside('model.elf'), inside('model.hex')]);
    const hex = new TextDecoder().decode(await readFile(inside('model.hex')));
    const flashBytes = readHex(hex).reduce((sum, { bytes }) => sum + bytes.length, 0);
    // Linkers know the largest part of the family, not this one.
    if (flashBytes > unoLimits.flash) {
      throw new ExportError(
        `the exported C needs ${flashBytes} bytes of an Uno's flash, it has ${unoLimits.flash}; lower network.hiddenSize or the ranks`,
      );
    }
    return { hex, flashBytes, tableBytes, compiler: version.stdout.split('\n')[0] };
  } finally {
    await directory.dispose();
  }
}

/** The linker doesn't see the stack, which holds a step's vectors. */
function checkGeneratedRam(network: IntegerNetwork): void {
  const { classes, mean } = network;
  const vectors = vectorBytes(network) + (mean ? 2 : 0); // with the count of the states
  checkRam(vectors + Math.max(2 * stepInputs(network), 4 * classes));
}

function checkRam(bytes: number): void {
  const need = bytes + generatedStackReserve;
  if (need > unoLimits.ram) {
    throw new ExportError(
      `the exported C needs ${need} bytes of an Uno's RAM, stack included, it has ${unoLimits.ram}; lower network.hiddenSize`,
    );
  }
}

/** Compiles and links. That the part is too small is a reason to leave the build out; any other complaint is a bug of the export. */
async function compile(args: readonly string[]): Promise<void> {
  const result = await runProgram('avr-gcc', args);
  if (result?.code === 0) return;
  const complaint = result?.stderr.trim() ?? 'it is gone';
  if (/overflowed|too large|will not fit|exceeds/.test(complaint)) {
    throw new ExportError(
      'the exported C needs more flash or RAM than an Uno has; lower network.hiddenSize or the ranks',
    );
  }
  throw new Error(`avr-gcc refuses the exported C:\n${complaint}`);
}

async function must(command: string, args: readonly string[]): Promise<string> {
  const result = await runProgram(command, args);
  if (!result) throw new ExportError(`${command} not found; install it: apt-get install ${avrTools.package}`);
  if (result.code !== 0) throw new ExportError(`${command} failed:\n${result.stderr.trim()}`);
  return result.stdout;
}

/** Bytes of the constant arrays in what `avr-size -A` prints of an object. */
function tablesIn(sizes: string): number {
  return sizes
    .split('\n')
    .filter((line) => line.startsWith('.progmem.data'))
    .reduce((sum, line) => sum + Number(line.split(/\s+/)[1]), 0);
}
