import { Layout, ProgramBuilder, rowStride, type Matrix, type Operand } from '../kernels/index.js';
import type { Architecture } from './architecture.js';
import type { Cell } from './cells/cell.js';
import { FastGRNN } from './cells/fastgrnn.js';
import { FastRNN } from './cells/fastrnn.js';
import { ReadOut } from './heads/read-out.js';
import { Inputs } from './inputs.js';
import { forRows, Places, type Limits } from './places.js';
import { Recordings } from './recordings.js';
import { written } from './recurrence/preactivation.js';

/** What a program is to give: inputs, from recordings as they are or changed; logits, from h_0 = 0 or from any other state; losses too; gradients too. */
export type PassKind = 'gather' | 'gatherChanged' | 'forward' | 'resume' | 'evaluate' | 'train';

/** Where everything lies, and the programs. */
export class Plan {
  readonly places: Places;
  readonly cell: Cell;
  readonly head: ReadOut;
  readonly inputs: Inputs;
  readonly recordings: Recordings | undefined;
  readonly states: Matrix;
  /** Int32, one a row: where it ends. */
  readonly lengths: Operand;
  /** Int32, one a step: 0, 1, 2 ... */
  readonly clock: Operand;
  readonly programOffset: number;
  /** The place of the program that gathers, apart from the others since it runs in turn with them. */
  readonly gather: { readonly offset: number; readonly words: number };
  /** Room for the longest program: their lengths don't depend on rows and steps. */
  readonly programWords: number;
  readonly bytes: number;
  private readonly arch: Architecture;
  private readonly dh: Matrix;
  /** What the head reads where that isn't a step's states as they stand, and its gradient: [rows][hiddenSize]. */
  private readonly read: Matrix;
  private readonly dread: Matrix;

  constructor(arch: Architecture, limits: Limits) {
    const { rows, steps, training } = limits;
    this.arch = arch;
    const layout = new Layout();
    this.places = new Places(arch, layout);
    this.inputs = new Inputs(arch, layout, this.places, limits);
    this.cell = new { FastGRNN, FastRNN }[arch.cell](arch, layout, this.places, limits);
    this.head = new ReadOut(arch, layout, this.places, limits);
    const stateStride = rowStride(arch.hiddenSize);
    this.states = layout.sequence(steps + 1, rows, stateStride);
    this.dh = layout.matrix(training ? rows : 0, stateStride);
    this.read = layout.matrix(rows, stateStride);
    this.dread = layout.matrix(training ? rows : 0, stateStride);
    this.lengths = layout.vector(rows);
    this.clock = { ...layout.vector(steps), step: 1 };
    const { recordings } = limits;
    const shape = { rows, steps, features: arch.inputSize, lengths: this.lengths };
    this.recordings = recordings && new Recordings(layout, recordings, shape);
    const words = this.recordings ? this.compose('gather', rows, steps, false).length : 0;
    this.gather = { words, offset: layout.vector(words).offset };
    const kinds = ['resume', training ? 'train' : 'evaluate'] as const;
    this.programWords = Math.max(...kinds.map((kind) => this.compose(kind, rows, steps, true).length));
    this.programOffset = layout.vector(this.programWords).offset;
    this.bytes = layout.bytes;
  }

  /** @param ragged whether rows end at steps of their own */
  compose(kind: PassKind, rows: number, steps: number, ragged: boolean): Int32Array {
    const { cell, head, inputs, arch, recordings } = this;
    if (kind === 'gather' || kind === 'gatherChanged') {
      const gather = new ProgramBuilder();
      const changed = kind === 'gatherChanged';
      recordings?.gather(gather, { rows, steps, x: forRows(inputs.x, rows), changed });
      return gather.build();
    }
    const states = forRows(this.states, rows);
    const pass = { rows, steps, x: forRows(inputs.x, rows), states };
    const every = arch.output === 'every';
    const mean = arch.output === 'mean';
    const watched = ragged || mean;
    const reading = { rows, steps, hidden: arch.hiddenSize, mean, clock: this.clock, lengths: this.lengths };
    const last = { ...states, offset: states.offset + steps * states.step };
    const h = every ? written(states) : watched ? this.read : last;
    const headRows = every ? rows * steps : rows;

    const program = new ProgramBuilder().once();
    if (kind !== 'resume') program.fill({ length: states.step, value: 0, target: states });
    cell.prepare(program);
    head.prepare(program);
    if (watched) program.fill({ length: rows * this.read.stride, value: 0, target: this.read });
    inputs.forward(program, { rows, steps });
    if (ragged) {
      program.clearEnded({ rows, columns: arch.inputSize, steps, lengths: this.lengths, x: inputs.x });
    }
    cell.forward(program, {
      ...pass,
      resumed: kind === 'resume',
      written: watched ? () => program.readStates({ ...reading, h: written(states), out: this.read }) : undefined,
    });
    program.once();
    head.forward(program, { rows: headRows, h });
    if (kind === 'evaluate') head.evaluate(program, headRows);
    if (kind === 'train') {
      head.backward(program, { rows: headRows, h });
      const { dh, dread } = this;
      if (every || watched) program.fill({ length: rows * dh.stride, value: 0, target: dh });
      if (!every) head.inputGradient(program, { rows, dh: watched ? dread : dh, accumulate: false });
      cell.backward(program, {
        ...pass,
        dh,
        dx: inputs.gradient(program, { rows, steps }),
        inject: every
          ? () => head.inputGradient(program, { rows, dh, accumulate: true })
          : watched
            ? () => program.readStatesBackward({ ...reading, dout: dread, dh })
            : undefined,
      });
      inputs.backward(program, { rows, steps });
    }
    return program.build();
  }
}
