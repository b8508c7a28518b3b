import { StreamingDetector, type DetectorCell } from '../detector/index.js';
import { detectorValues, type DetectorSource } from '../firmware/index.js';
import { IntegerInterpreter, stepInputs, type IntegerNetwork } from '../integer/index.js';
import { differs, type Definition, type Mismatch, type Sizes } from './definition.js';

/** The sizes of a program that shows a stream's every value as its state (`detectorProgram`). */
export function detectorSizes(source: DetectorSource): Sizes {
  const { network } = source;
  return { inputs: stepInputs(network), hiddenSize: detectorValues(source), classes: network.classes, type: 'integer' };
}

/** One state of an integer network, by its definition. */
class Interpreted implements DetectorCell {
  readonly interpreter: IntegerInterpreter;
  private readonly scores: Int32Array;

  constructor(network: IntegerNetwork) {
    this.interpreter = new IntegerInterpreter(network);
    this.scores = new Int32Array(network.classes);
  }

  step(values: ArrayLike<number>, start: number): void {
    this.interpreter.step(values as Int16Array, start);
  }

  reset(): void {
    this.interpreter.reset();
  }

  readLogits(): Int32Array {
    return this.interpreter.logits(this.scores);
  }
}

/** Interpreters and the detector of `src/detector`: every value is the same. */
export function detectorDefinition(source: DetectorSource): Definition {
  const { network, detector: settings } = source;
  const cells: Interpreted[] = [];
  const stream = new StreamingDetector(settings, network.classes, () => {
    const cell = new Interpreted(network);
    cells.push(cell);
    return cell;
  });
  const { scores, trigger } = stream.detector;
  return {
    ...detectorSizes(source),
    reset: () => stream.reset(),
    step(inputs, at, state): Mismatch | undefined {
      const event = stream.step(inputs, at);
      const expected = [
        ...cells.flatMap(({ interpreter }) => Array.from(interpreter.h)),
        ...Array.from(scores.values).flatMap((score) => [(score << 16) >> 16, score >> 16]),
        (trigger.rest << 16) >> 16,
        Number(trigger.armed),
        event,
      ];
      return differs('state', expected, state);
    },
    head: (logits, prediction) =>
      differs('logit', cells[0].readLogits(), logits) ??
      differs('prediction', [cells[0].interpreter.predict()], [prediction]),
  };
}
