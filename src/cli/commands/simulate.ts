import { readFile } from '#platform';
import { Option, type Command } from 'commander';
import { boardNames, simulate, type BoardName, type BoardProof } from '../../boards/index.js';
import { ImageError, isUf2, picoLimits, readHex, readUf2 } from '../../firmware/index.js';
import { integerModel, readModel } from '../../pipeline/index.js';
import { filled } from '../options.js';
import { bad, dim, good, table } from '../terminal.js';

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('run firmware on a simulated board and compare every value')
    .description(
      "Runs a model's firmware on a simulated board and compares every state, logit and prediction with the definition. " +
        'Exits with 1 when a value differs, or when nothing could be run.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--board <name>', 'which board').choices([...boardNames, 'all']).default('all'))
    .option(
      '--image <file>',
      'prove this image (Intel HEX, or UF2 of a Pico) in place of what the package builds',
      filled,
    )
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, flags: { board: BoardName | 'all'; image?: string; json?: boolean }) => {
      const { network } = integerModel(await readModel(file));
      const image = flags.image === undefined ? undefined : await readImage(flags.image);
      const results: Record<string, unknown> = {};
      const lines: string[][] = [];
      let exact = true;
      let proofs = 0;
      // An image is for one board alone.
      const all = image ? [image.board] : boardNames;
      for (const board of flags.board === 'all' ? all : [flags.board]) {
        const result = await simulate(network, { board, ...(image ? { image: image.bytes } : {}) });
        results[board] = result;
        for (const build of ['runtime', 'generated'] as const) {
          const proof = result[build];
          if (!proof) continue;
          exact &&= proof.bitExact;
          proofs++;
          lines.push([`${board} ${image ? 'image' : build}`, describe(proof)]);
        }
        for (const [what, why] of Object.entries(result.skipped)) lines.push([what, dim(`skipped: ${why}`)]);
      }
      console.log(flags.json ? JSON.stringify(results, undefined, 2) : table(lines));
      if (!exact || proofs === 0) process.exitCode = 1;
    });
}

/** An image and whose it is; a file of another kind is none that could be exact or not. */
async function readImage(file: string): Promise<{ readonly bytes: Uint8Array; readonly board: BoardName }> {
  const bytes = await readFile(file);
  try {
    const segments = isUf2(bytes) ? readUf2(bytes) : readHex(new TextDecoder().decode(bytes));
    const pico = segments.some(({ address }) => address >= picoLimits.flashStart);
    return { bytes, board: pico ? 'rp2040' : 'uno' };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(`${file}: ${error.message}`, { cause: error });
  }
}

/** A proof in a line or, where it failed, with what went wrong first. */
function describe(proof: BoardProof): string {
  if (proof.error !== undefined) return `${bad('NOT EXACT')}: ${proof.error}`;
  const { firstDifference: first } = proof;
  if (first) {
    return `${bad('NOT EXACT')}: sequence ${first.sequence}, step ${first.step}, ${first.what} ${first.index} is ${first.actual}, not ${first.expected}`;
  }
  const verdict = good(`exact in ${proof.steps} steps of ${proof.sequences} sequences`);
  return `${verdict}; ${proof.cyclesPerStep.toFixed(0)} cycles a step (${proof.msPerStep.toPrecision(3)} ms at ${proof.clock / 1e6} MHz), flash ${proof.flashBytes} bytes, RAM ${proof.ramBytes} + stack ${proof.stackBytes} ${dim('(simulated)')}`;
}
