import { rowStride, wholeGroups, type Arena, type Layout, type Matrix } from '../kernels/index.js';
import type { Operand, ProgramBuilder } from '../kernels/index.js';

/** The recordings that an engine is to take rows from, at most. */
export interface RecordingLimits {
  /** Values of one frame, and from one network step to the next. */
  readonly channels: number;
  readonly stepStride: number;
  /** int16 values of the longest row. */
  readonly values: number;
  /** Whether rows are changed at random, and whether noise is added. */
  readonly changed: boolean;
  readonly noisy: boolean;
  /** Whether changes are those of kernels/spectra.c. */
  readonly spectral?: boolean;
  /** Whether such a change may need a second row. */
  readonly paired?: boolean;
}

/** Numbers that a row's change has by kernels/gather.c, and by kernels/spectra.c. */
const CHANGE = 16;
const SPECTRAL_CHANGE = 24;

/**
 * Rows of recordings as int16 on their way to an engine's inputs: fill `raw` and the rest, then `NetworkEngine.gather`.
 *   x_t = (value - centre) scale, in float64, rounded once
 */
export class Recordings {
  private readonly rawStride: number;
  private readonly limits: RecordingLimits;
  private readonly features: number;
  private readonly lengths: Operand;
  private readonly raw: Operand;
  private readonly constants: Operand;
  private readonly changes: Operand | undefined;
  private readonly noise: Operand | undefined;
  private readonly partners: Operand | undefined;
  /** One row's frames on their way. */
  private readonly scratch: Operand | undefined;
  private readonly changeStride: number;
  private readonly rooms: { readonly raw: number; readonly changes: number; readonly noise: number };

  constructor(
    layout: Layout,
    limits: RecordingLimits,
    o: { rows: number; steps: number; features: number; lengths: Operand },
  ) {
    this.limits = limits;
    this.features = o.features;
    this.lengths = o.lengths;
    const words = rowStride(Math.ceil(limits.values / 2));
    this.rawStride = 2 * words;
    this.changeStride = limits.spectral ? SPECTRAL_CHANGE : CHANGE;
    this.rooms = {
      raw: o.rows * this.rawStride,
      changes: limits.changed ? o.rows * this.changeStride : 0,
      noise: limits.noisy ? o.rows * o.steps * o.features : 0,
    };
    this.raw = layout.vector(o.rows * words);
    this.constants = layout.vector(3 * 2 * wholeGroups(o.features));
    this.changes = limits.changed ? layout.vector(2 * this.rooms.changes) : undefined;
    this.noise = limits.noisy ? layout.vector(2 * this.rooms.noise) : undefined;
    const spectral = limits.changed && limits.spectral === true;
    const frames = Math.ceil(limits.values / limits.channels);
    this.partners = spectral && limits.paired === true ? layout.vector(o.rows * words) : undefined;
    this.scratch = spectral ? layout.vector((frames + 1) * wholeGroups(limits.channels)) : undefined;
  }

  /** Its places in the arena. */
  views(arena: Arena): RecordingViews {
    const wide = wholeGroups(this.features);
    const float64 = (operand: Operand | undefined, length: number) => {
      const { buffer, byteOffset } = arena.i32((operand ?? this.raw).offset, 0);
      return new Float64Array(buffer, byteOffset, operand ? length : 0);
    };
    const int16 = (operand: Operand, length: number) => {
      const { buffer, byteOffset } = arena.i32(operand.offset, 0);
      return new Int16Array(buffer, byteOffset, length);
    };
    const constants = float64(this.constants, 3 * wide);
    return {
      raw: int16(this.raw, this.rooms.raw),
      partners: int16(this.partners ?? this.raw, this.partners ? this.rooms.raw : 0),
      rawStride: this.rawStride,
      centre: constants.subarray(0, this.features),
      scale: constants.subarray(wide, wide + this.features),
      lsb: constants.subarray(2 * wide, 2 * wide + this.limits.channels),
      changes: float64(this.changes, this.rooms.changes),
      changeStride: this.changeStride,
      noise: float64(this.noise, this.rooms.noise),
    };
  }

  /** Brings the rows into the inputs x [steps][rows][features]. */
  gather(program: ProgramBuilder, o: { rows: number; steps: number; x: Matrix; changed: boolean }): void {
    const { features, limits, rawStride, raw, lengths, constants, changes, noise, scratch, partners = raw } = this;
    const { channels, stepStride } = limits;
    const sizes = { rows: o.rows, steps: o.steps, features, channels, rawStride, stepStride };
    const operands = { raw, lengths, constants, x: o.x };
    if (!o.changed) program.gatherRecorded({ ...sizes, ...operands });
    else if (changes && scratch) {
      program.gatherSpectra({ ...sizes, ...operands, changes, noise, scratch, partners });
    } else program.gatherRecorded({ ...sizes, ...operands, changes, noise });
  }
}

/** Where rows of recordings are put. */
export interface RecordingViews {
  /** [rows][rawStride]: a row's values from its first on. */
  readonly raw: Int16Array;
  readonly rawStride: number;
  /** [features] */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** [channels], the physical value of one count. */
  readonly lsb: Float64Array;
  /** [rows][rawStride], where changes need a second row: its values from the first on. */
  readonly partners: Int16Array;
  /**
   * [rows][changeStride]: 9 numbers of a matrix [3][3] for each three channels, a factor for those that are left, a delay in frames;
   * then those of `spectral` changes (kernels/spectra.c).
   */
  readonly changes: Float64Array;
  readonly changeStride: number;
  /** [steps][rows][features] for the rows of a call: added to the normalised values. */
  readonly noise: Float64Array;
}
