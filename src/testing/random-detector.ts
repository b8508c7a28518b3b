import { Scores, StreamingDetector, type DetectorCell, type DetectorSettings } from '../detector/index.js';
import { testInputs } from '../firmware/index.js';
import { IntegerInterpreter, stepInputs, type IntegerNetwork } from '../integer/index.js';
import type { Random } from '../math/index.js';

/** Random settings of a detector for tests. */
export function randomDetector(
  random: Random,
  classes: number,
  fixed: Partial<DetectorSettings> = {},
): DetectorSettings {
  const words = 1 + random.below(classes - 1);
  const all = Array.from({ length: classes }, (_, k) => k);
  random.shuffle(all);
  const states = random.below(2) ? 1 : 1 + random.below(4);
  const threshold = random.below(200) - 100;
  return {
    wake: all.slice(0, words).sort((a, b) => a - b),
    window: states > 1 || random.below(3) === 0 ? states * (1 + random.below(6)) : 0,
    states,
    marginShift: 1 + random.below(12),
    smoothing: random.below(9),
    threshold,
    release: threshold - random.below(60),
    refractory: 1 + random.below(6),
    ...fixed,
  };
}

/** The same for a network, with thresholds among its scores of random inputs, so that there are events. */
export function firingDetector(
  random: Random,
  network: IntegerNetwork,
  fixed: Partial<DetectorSettings> = {},
): DetectorSettings {
  const settings = { ...randomDetector(random, network.classes, fixed), threshold: 0, release: 0 };
  const stream = new StreamingDetector(settings, network.classes, () => interpretedCell(network));
  const scores = new Scores(settings);
  const seen: number[] = [];
  for (const inputs of testInputs(network, { steps: 100 })) {
    for (let at = 0; at < inputs.length; at += stepInputs(network)) {
      const logits = stream.advance(inputs, at);
      if (logits) seen.push(scores.values[scores.push(logits)] / 256);
    }
  }
  seen.sort((a, b) => a - b);
  const at = (share: number) => Math.round(seen[Math.floor(share * (seen.length - 1))]);
  return { ...settings, threshold: at(0.6), release: at(0.4) };
}

/** A state of a network by its definition. */
export function interpretedCell(network: IntegerNetwork): DetectorCell {
  const interpreter = new IntegerInterpreter(network);
  return {
    step: (values, start) => interpreter.step(values as Int16Array, start),
    reset: () => interpreter.reset(),
    readLogits: () => interpreter.logits(),
  };
}
