import { readHex, readUf2, type ExactSource, type Segment } from '../firmware/index.js';
import { picoClock, PicoMachine } from './pico-machine.js';
import { SerialProgram } from './program.js';
import {
  prove,
  segmentBytes,
  type BoardProof,
  type BoardUnderTest,
  type ProofOptions,
  type ProofSequence,
} from './prove.js';

/** What a Pico's flash holds: Intel HEX text of a program that speaks firmware/avr/protocol.h over UART 0, a UF2 file of it, or its segments. */
type PicoProgram = { readonly hex: string } | { readonly uf2: Uint8Array } | { readonly segments: readonly Segment[] };

async function pico(image: PicoProgram): Promise<BoardUnderTest> {
  const { RP2040 } = await import('rp2040js');
  const segments = () => ('hex' in image ? readHex(image.hex) : 'uf2' in image ? readUf2(image.uf2) : image.segments);
  return {
    clock: picoClock,
    get flashBytes() {
      return segmentBytes(segments());
    },
    start: () => new SerialProgram(new PicoMachine(RP2040, segments())),
  };
}

/**
 * Runs a Raspberry Pi Pico's image in the simulator and compares every value with the definition. A damaged or foreign
 * image comes out as not exact, with the reason.
 */
export async function provePico(
  source: ExactSource,
  image: PicoProgram,
  sequences: readonly ProofSequence[],
  options: ProofOptions = {},
): Promise<BoardProof> {
  return prove(source, await pico(image), sequences, options);
}
