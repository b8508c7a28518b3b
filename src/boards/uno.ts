import { readHex, type ExactSource, type FloatSource } from '../firmware/index.js';
import type { Sizes } from './definition.js';
import { UnoMachine, unoClock } from './machine.js';
import { SerialProgram } from './program.js';
import {
  prove,
  proveFloat,
  segmentBytes,
  type BoardProof,
  type BoardUnderTest,
  type FloatProof,
  type ProofOptions,
  type ProofSequence,
} from './prove.js';

/** An Uno with an image of Intel HEX text. */
function uno({ hex }: { readonly hex: string }, type: Sizes['type']): BoardUnderTest {
  return {
    clock: unoClock,
    get flashBytes() {
      return segmentBytes(readHex(hex));
    },
    start: () => new SerialProgram(new UnoMachine(readHex(hex)), type),
  };
}

/**
 * Runs an Uno image in the simulator and compares every value with the definition. A damaged or foreign image comes out
 * as not exact, with the reason; it never throws and never hangs (each answer has a budget of cycles).
 *
 * @param image Intel HEX text of a program that speaks firmware/avr/protocol.h
 */
export function proveUno(
  source: ExactSource,
  image: { readonly hex: string },
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): BoardProof {
  return prove(source, uno(image, 'integer'), sequences, options);
}

/** The same of float C, by tolerance. */
export function proveUnoFloat(
  source: FloatSource,
  image: { readonly hex: string },
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): FloatProof {
  return proveFloat(source, uno(image, 'float'), sequences, options);
}
