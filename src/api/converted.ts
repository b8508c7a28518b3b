import { IntegerInterpreter, physicalValues, type IntegerNetwork } from '../integer/index.js';
import { encode, type IntegerModel, type ModelFacts } from '../pipeline/index.js';
import { ApiError } from './errors.js';

/** An integer network with what its inputs and classes mean. */
export class ConvertedModel implements IntegerModel {
  readonly kind = 'integer';
  readonly facts: ModelFacts;
  /** Everything that decides a bit of a result. */
  readonly network: IntegerNetwork;

  constructor(model: IntegerModel) {
    this.facts = model.facts;
    this.network = model.network;
  }

  /** A stream of inputs with a state of its own: `step(counts)`, then `predict()` or `logits()`; `reset()` forgets the past. */
  stream(): IntegerInterpreter {
    return new IntegerInterpreter(this.network);
  }

  /**
   * Physical values as the int16 counts that the network reads: rounded, halves up, and saturating.
   *
   * @param values whole frames, [frames][channels]
   * @param out where they go; a new array without it
   */
  counts(values: ArrayLike<number>, out = new Int16Array(values.length)): Int16Array {
    const { lsb } = this.facts.input;
    if (values.length % lsb.length !== 0) {
      throw new ApiError(`values: ${values.length} are no whole number of frames of ${lsb.length} channels`);
    }
    for (let i = 0; i < values.length; i++) {
      out[i] = Math.min(32767, Math.max(-32768, Math.round(values[i] / lsb[i % lsb.length])));
    }
    return out;
  }

  /**
   * What a stream's int32 logits stand for: the float network's logits, and of a regression the values, in the targets' units.
   *
   * @param logits [classes]
   * @param out where they go; a new array without it
   */
  values(logits: ArrayLike<number>, out = new Float64Array(logits.length)): Float64Array {
    return physicalValues(this.network, logits, this.facts.outputs, out);
  }

  /** The bytes of its model file. */
  async save(): Promise<Uint8Array> {
    return encode(this);
  }
}
