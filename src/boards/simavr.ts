import { joinPath, packageFile, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import { readHex, type ExactSource } from '../firmware/index.js';
import type { Sizes } from './definition.js';
import { sizesOf } from './exact.js';
import { marks, MachineError, unoClock } from './machine.js';
import { prove, segmentBytes, type BoardProgram, type BoardProof, type ProofSequence } from './prove.js';

const flashBytes = 32768;
const missing = 'libsimavr not found; install it: apt-get install gcc simavr libsimavr-dev libelf-dev';

/** Everything that the serial protocol says over all sequences: bytes to send, and how many come back. */
function script({ inputs, hiddenSize, classes }: Sizes, sequences: readonly ProofSequence[]): Uint8Array {
  const bytes: number[] = [];
  const ask = (command: string, more: ArrayLike<number>, count: number): void => {
    const sent = [...Array.from(command, (letter) => letter.charCodeAt(0)), ...Array.from(more)];
    bytes.push(sent.length & 255, sent.length >> 8, count & 255, count >> 8, ...sent);
  };
  ask('', [], 9); // the hello
  for (const { inputs: values, steps } of sequences) {
    ask('R', [], 1);
    for (let t = 0; t < steps; t++) {
      ask('S', new Uint8Array(values.slice(t * inputs, (t + 1) * inputs).buffer), 1);
      ask('H', [], 2 * hiddenSize);
    }
    ask('P', [], 1);
    ask('L', [], 4 * classes);
  }
  return Uint8Array.from(bytes);
}

/** A program that has run in simavr already: it answers a proof from what it said. */
class SimavrProgram implements BoardProgram {
  readonly inputs: number;
  readonly hiddenSize: number;
  readonly classes: number;
  readonly ramBytes: number;
  private readonly output: DataView;
  private readonly cycles: Record<keyof typeof marks, number[]> = { reset: [], step: [], predict: [] };
  private at = 9;

  constructor(output: Uint8Array) {
    this.output = new DataView(output.buffer, output.byteOffset, output.byteLength);
    if (output[0] !== 0x46 || output[3] !== 0) throw new MachineError('the program says no hello, or has no network');
    [this.inputs, this.hiddenSize, this.classes] = output.subarray(4);
    this.ramBytes = output[7] | (output[8] << 8);
    const count = this.output.getUint32(output.length - 4, true);
    const names = Object.keys(marks) as (keyof typeof marks)[];
    for (let k = 0; k < count; k++) {
      const at = output.length - 4 - 8 * (count - k);
      const mark = this.output.getUint32(at, true);
      const name = names.find((own) => marks[own] === mark);
      if (name) this.cycles[name].push(this.output.getUint32(at + 4, true));
    }
  }

  reset(): number {
    this.at++;
    return this.cycles.reset.shift() ?? 0;
  }

  step(): number {
    this.at++;
    return this.cycles.step.shift() ?? 0;
  }

  state(): ArrayLike<number> {
    return Array.from({ length: this.hiddenSize }, () => this.output.getInt16((this.at += 2) - 2, true));
  }

  predict(): { prediction: number; cycles: number } {
    return { prediction: this.output.getUint8(this.at++), cycles: this.cycles.predict.shift() ?? 0 };
  }

  logits(): ArrayLike<number> {
    return Array.from({ length: this.classes }, () => this.output.getInt32((this.at += 4) - 4, true));
  }

  /** Not watched here. */
  stackBytes(): number {
    return 0;
  }
}

/**
 * Runs an Uno's image in simavr, a simulator that shares nothing with avr8js, and compares every value with the definition; cycles are
 * simavr's own. The reason where simavr, or a compiler for the fifty lines that call it, isn't there.
 *
 * @param image Intel HEX text of a program that speaks firmware/avr/protocol.h
 */
export async function proveSimavr(
  source: ExactSource,
  image: { readonly hex: string },
  sequences: readonly ProofSequence[],
): Promise<BoardProof | string> {
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  try {
    const compiler = ['-O2', '-o', inside('run'), packageFile('firmware/avr/simavr.c'), '-lsimavr', '-lelf'];
    const made = await runProgram('gcc', compiler);
    if (made?.code !== 0) return missing;
    const segments = readHex(image.hex);
    const flash = new Uint8Array(flashBytes).fill(0xff);
    for (const { address, bytes } of segments) flash.set(bytes, address);
    await writeFile(inside('flash'), flash);
    await writeFile(inside('script'), script(sizesOf(source), sequences));
    const files = ['flash', 'script', 'output'].map(inside);
    const result = await runProgram(inside('run'), files, { milliseconds: 600_000 });
    const board = {
      clock: unoClock,
      flashBytes: segmentBytes(segments),
      output: result?.code === 0 ? await readFile(inside('output')) : new Uint8Array(0),
      start(): SimavrProgram {
        if (result?.code !== 0) throw new MachineError(`simavr ends with code ${result?.code ?? 'none'}`);
        return new SimavrProgram(this.output);
      },
    };
    return prove(source, board, sequences);
  } finally {
    await directory.dispose();
  }
}
