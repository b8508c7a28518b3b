import type { IntegerNetwork } from '../../integer/index.js';
import { ExportError } from '../errors.js';
import type { Segment } from '../hex.js';
import { writeUf2 } from '../uf2.js';
import { arenaBytes } from './avr.js';
import { bareFlags } from './batch.js';
import { build, type Build, type ExactSource } from './build.js';
import { runtimeWithBlob } from './runtime.js';

/** A Raspberry Pi Pico (RP2040, Cortex-M0+): its memory, in bytes and addresses. */
export const picoLimits = {
  flashStart: 0x10000000,
  /** Behind the second stage of the boot. */
  vectors: 0x10000100,
  flash: 2 * 1024 * 1024,
  ram: 264 * 1024,
} as const;

/** The generic runtime with a network's blob: everything from the second stage of the boot on, as a board's flash holds it. */
export interface PicoImage {
  readonly segments: readonly Segment[];
  /** Bytes of flash that the image fills: program and network. */
  readonly flashBytes: number;
  /** Bytes of RAM in use: the runtime's static data and the network's vectors; the stack comes on top. */
  readonly ramBytes: number;
  /** Where the blob stands in flash. */
  readonly blobAddress: number;
}

/**
 * The program of a Pico without any compiler: the committed generic runtime with the network's blob right behind it.
 *
 * @throws ExportError when flash is too small, with the need and the limit.
 */
export async function picoImage(network: IntegerNetwork): Promise<PicoImage> {
  const { blobAddress, staticBytes, blob, segments } = await runtimeWithBlob('rp2040', network);
  const end = blobAddress - picoLimits.flashStart + blob.length;
  if (end > picoLimits.flash) {
    throw new ExportError(`the network needs ${end} bytes of a Pico's flash, it has ${picoLimits.flash}`);
  }
  return { segments, flashBytes: end, ramBytes: staticBytes + arenaBytes(network), blobAddress };
}

/**
 * A Pico's image as a UF2 file, which is copied onto the drive that the board shows when it is plugged in with its button held.
 *
 * @throws ExportError when flash is too small
 */
export async function picoUf2(network: IntegerNetwork): Promise<Uint8Array> {
  return writeUf2((await picoImage(network)).segments);
}

/** The exported C compiled into a program for a Pico, which speaks the serial protocol; undefined without arm-none-eabi-gcc. */
export function compilePico(source: ExactSource): Promise<Build | undefined> {
  return build(source, {
    part: 'a Pico',
    compiler: 'arm-none-eabi-gcc',
    flags: ['-mcpu=cortex-m0plus', '-mthumb', ...bareFlags],
    sources: ['rp2040/boot2.S', 'rp2040/board.c', 'serve.c', 'avr/generated.c'],
    script: 'rp2040/link.ld',
  });
}
