import type { Sizes } from './definition.js';
import { marks, MachineError, type SerialMachine } from './machine.js';
import type { BoardProgram } from './prove.js';

/** Programs take at most this many cycles to answer, a quarter of a second: all of flash read thrice. */
const budget = 4_000_000;

const protocolVersion = 1;

/** What a runtime finds wrong with its blob (firmware/network.h). */
const statusReasons: Record<number, string> = {
  1: 'the program finds no model blob',
  2: 'the model blob has a format that the program does not know',
  3: 'the model blob has a wrong length',
  4: 'the checksum of the model blob is wrong: it is damaged',
  5: 'the model blob holds sizes, shifts or nonlinearities outside the definition',
  6: "the network's vectors need more RAM than there is",
};

/** The program's end of the serial protocol of firmware/avr/protocol.h. Every method throws a MachineError on a wrong answer. */
export class SerialProgram implements BoardProgram {
  /** Values of one step. */
  readonly inputs: number;
  readonly hiddenSize: number;
  readonly classes: number;
  /** Bytes of RAM in use without the stack, as the program says. */
  readonly ramBytes: number;
  private readonly machine: SerialMachine;
  private readonly float: boolean;

  /** Starts the program and hears its hello. */
  constructor(machine: SerialMachine, type: Sizes['type'] = 'integer') {
    this.machine = machine;
    this.float = type === 'float';
    const hello = machine.exchange([], 9, budget);
    if (hello[0] !== 0x46 || hello[1] !== 0x47) throw new MachineError('the program does not speak the protocol');
    if (hello[2] !== protocolVersion) throw new MachineError(`the program speaks version ${hello[2]} of the protocol`);
    if (hello[3] !== 0) throw new MachineError(statusReasons[hello[3]] ?? `the program reports status ${hello[3]}`);
    [this.inputs, this.hiddenSize, this.classes] = hello.subarray(4);
    this.ramBytes = hello[7] | (hello[8] << 8);
  }

  /** Forgets the past. Returns the cycles that it took. */
  reset(): number {
    return this.marked('R', [], marks.reset);
  }

  /** One time step over D inputs. Returns its cycles, without those of the transfer. */
  step(x: Int16Array): number {
    return this.marked('S', new Uint8Array((this.float ? Float32Array.from(x) : x.slice()).buffer), marks.step);
  }

  /** The hidden state, [H]. */
  state(): ArrayLike<number> {
    if (this.float) return new Float32Array(this.ask('H', 4 * this.hiddenSize).buffer);
    return new Int16Array(this.ask('H', 2 * this.hiddenSize).buffer);
  }

  /** The logits, [L]. */
  logits(): ArrayLike<number> {
    const { buffer } = this.ask('L', 4 * this.classes);
    return this.float ? new Float32Array(buffer) : new Int32Array(buffer);
  }

  /** The predicted class and the cycles of the head with its argmax. */
  predict(): { prediction: number; cycles: number } {
    this.machine.markedCycles.delete(marks.predict);
    return { prediction: this.ask('P', 1)[0], cycles: this.cyclesOf(marks.predict) };
  }

  stackBytes(): number {
    return this.machine.stackBytes(this.ramBytes);
  }

  private ask(command: string, count: number): Uint8Array {
    return this.machine.exchange([command.charCodeAt(0)], count, budget);
  }

  private marked(command: string, bytes: ArrayLike<number>, mark: number): number {
    this.machine.markedCycles.delete(mark);
    const code = command.charCodeAt(0);
    const answer = this.machine.exchange([code, ...Array.from(bytes)], 1, budget);
    if (answer[0] !== code) throw new MachineError(`the program answers ${answer[0]} to ${command}`);
    return this.cyclesOf(mark);
  }

  private cyclesOf(mark: number): number {
    const cycles = this.machine.markedCycles.get(mark);
    if (cycles === undefined) throw new MachineError('the program does not mark what it runs');
    return cycles;
  }
}
