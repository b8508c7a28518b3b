import { Layout, ProgramBuilder, type Operand } from '../kernels/index.js';
import { layersOf, type Architecture } from './architecture.js';
import type { CellClass } from './cells/cell.js';
import { ReadOut } from './heads/read-out.js';
import { Inputs } from './inputs.js';
import { forRows, Places, type Limits } from './places.js';
import { Recordings } from './recordings.js';
import { Stack, type StackPass } from './stack.js';

/** What a program is to give: inputs, from recordings as they are or changed; logits, from h_0 = 0 or from any other state; losses too; gradients too. */
export type PassKind = 'gather' | 'gatherChanged' | 'forward' | 'evaluate' | 'train';

/** Where everything lies, and the programs. */
export class Plan {
  readonly places: Places;
  readonly stack: Stack;
  readonly head: ReadOut;
  readonly inputs: Inputs;
  readonly recordings: Recordings | undefined;
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
  /** Whether a training pass leaves values between layers out. */
  private readonly dropout: boolean;

  constructor(arch: Architecture, limits: Limits, cell: CellClass) {
    const { rows, steps, training, dropout = 0 } = limits;
    this.arch = arch;
    this.dropout = dropout > 0 && layersOf(arch) > 1;
    const layout = new Layout();
    this.places = Places.of(arch, layout);
    this.lengths = layout.vector(rows);
    this.clock = { ...layout.vector(steps), step: 1 };
    const { places, lengths, clock } = this;
    this.inputs = new Inputs(arch, layout, places, limits);
    this.stack = new Stack(arch, layout, { cell, places, limits, lengths, clock });
    this.head = new ReadOut(arch, layout, places, limits);
    const { recordings } = limits;
    const shape = { rows, steps, features: arch.inputSize, lengths };
    this.recordings = recordings && new Recordings(layout, recordings, shape);
    const whole = { rows, steps, ragged: true, resumed: false };
    const words = this.recordings ? this.compose('gather', whole).length : 0;
    this.gather = { words, offset: layout.vector(words).offset };
    const longest = training ? 'train' : 'evaluate';
    this.programWords = Math.max(
      ...[false, true].map((resumed) => this.compose(longest, { ...whole, resumed }).length),
    );
    this.programOffset = layout.vector(this.programWords).offset;
    this.bytes = layout.bytes;
  }

  compose(kind: PassKind, { rows, steps, ragged, resumed }: StackPass): Int32Array {
    const { stack, head, inputs, arch, recordings } = this;
    const x = forRows(inputs.x, rows);
    if (kind === 'gather' || kind === 'gatherChanged') {
      const gather = new ProgramBuilder();
      recordings?.gather(gather, { rows, steps, x, changed: kind === 'gatherChanged' });
      return gather.build();
    }
    const pass = { rows, steps, ragged, resumed, x, dropout: kind === 'train' && this.dropout };
    const headRows = arch.output === 'every' ? rows * steps : rows;

    const program = new ProgramBuilder().once();
    stack.prepare(program);
    head.prepare(program);
    inputs.forward(program, { rows, steps });
    if (ragged) {
      program.clearEnded({ rows, columns: arch.inputSize, steps, lengths: this.lengths, x: inputs.x });
    }
    const h = stack.forward(program, pass);
    head.forward(program, { rows: headRows, h });
    if (kind === 'evaluate') head.evaluate(program, headRows);
    if (kind === 'train') {
      head.backward(program, { rows: headRows, h });
      stack.backward(program, { ...pass, inputs, headGradient: (o) => head.inputGradient(program, o) });
      inputs.backward(program, { rows, steps });
    }
    return program.build();
  }
}
