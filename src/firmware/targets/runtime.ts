import { packageFile, readFile } from '#platform';
import type { IntegerNetwork } from '../../integer/index.js';
import { encodeBlob, runtimeName } from '../blob.js';
import { readHex, type Segment } from '../hex.js';

/** What `tools/build-runtimes.mjs` writes beside a runtime. */
interface RuntimeDescription {
  readonly blobAddress: number;
  readonly staticBytes: number;
  /** Bytes of RAM that it keeps free for its stack. */
  readonly stackReserve: number;
}

/** A committed program that runs any network without a compiler, and the blob of one right behind it. */
export interface RuntimeWithBlob extends RuntimeDescription {
  readonly blob: Uint8Array;
  /** Program and blob. */
  readonly segments: readonly Segment[];
}

/** The program of `firmware/<processor>/` that a network's cell needs, with the network's blob. */
export async function runtimeWithBlob(processor: 'avr' | 'rp2040', network: IntegerNetwork): Promise<RuntimeWithBlob> {
  const name = `firmware/${processor}/${runtimeName(network)}`;
  const text = async (ending: string) => new TextDecoder().decode(await readFile(packageFile(`${name}.${ending}`)));
  const description = JSON.parse(await text('json')) as RuntimeDescription;
  const blob = encodeBlob(network);
  const program = readHex(await text('hex'));
  return { ...description, blob, segments: [...program, { address: description.blobAddress, bytes: blob }] };
}
