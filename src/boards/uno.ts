import { readHex } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { UnoMachine, unoClock } from './machine.js';
import { SerialProgram } from './program.js';
import { prove, segmentBytes, type BoardProof, type ProofOptions, type ProofSequence } from './prove.js';

/**
 * Runs an Uno image in the simulator and compares every value with the definition. A damaged or foreign image comes out
 * as not exact, with the reason; it never throws and never hangs (each answer has a budget of cycles).
 *
 * @param image Intel HEX text of a program that speaks firmware/avr/protocol.h
 */
export function proveUno(
  network: IntegerNetwork,
  image: { readonly hex: string },
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): BoardProof {
  return prove(
    network,
    {
      clock: unoClock,
      get flashBytes() {
        return segmentBytes(readHex(image.hex));
      },
      start: () => new SerialProgram(new UnoMachine(readHex(image.hex))),
    },
    sequences,
    options,
  );
}
