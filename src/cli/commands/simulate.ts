import { readFile } from '#platform';
import { Option, type Command } from 'commander';
import {
  boardNames,
  floatTolerance,
  simulate,
  type BoardFigures,
  type BoardName,
  type BoardProof,
  type BoardResult,
  type FloatProof,
  type HeardProof,
} from '../../boards/index.js';
import { type Optimize, ImageError, isUf2, picoLimits, readHex, readUf2 } from '../../firmware/index.js';
import { floatSourceOf, integerModel, readModel, soundInputsOf } from '../../pipeline/index.js';
import { allExact } from '../../report/index.js';
import { filled } from '../options.js';
import { bad, dim, good, table } from '../terminal.js';

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('run firmware on a simulated board and compare every value')
    .description(
      "Runs a model's firmware on a simulated board and compares every state, logit and prediction with the definition. " +
        'Of a float model the float C is run, too, and compared by tolerance. Exits with 1 when a value differs, or when nothing could be run.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--board <name>', 'which board').choices([...boardNames, 'all']).default('all'))
    .option(
      '--image <file>',
      'prove this image (Intel HEX, or UF2 of a Pico) in place of what the package builds',
      filled,
    )
    .addOption(
      new Option('--optimize <goal>', 'what code compiled for the Uno is made for (default: size)').choices([
        'size',
        'speed',
      ]),
    )
    .option('--json', 'print the figures as JSON')
    .action(
      async (
        file: string,
        flags: { board: BoardName | 'all'; image?: string; optimize?: Optimize; json?: boolean },
      ) => {
        const model = await readModel(file);
        const { network } = integerModel(model);
        const image = flags.image === undefined ? undefined : await readImage(flags.image);
        const results: Record<string, BoardResult> = {};
        const lines: string[][] = [];
        const sound = soundInputsOf(model.facts);
        if (typeof sound === 'string') lines.push(['frontend', dim(`skipped: ${sound}`)]);
        let proofs = 0;
        // An image is for one board alone.
        const all = image ? [image.board] : boardNames;
        for (const board of flags.board === 'all' ? all : [flags.board]) {
          const result = await simulate(network, {
            board,
            optimize: flags.optimize,
            float: floatSourceOf(model),
            sound: typeof sound === 'object' ? sound : undefined,
            ...(image ? { image: image.bytes } : {}),
          });
          results[board] = result;
          for (const build of ['runtime', 'generated'] as const) {
            const proof = result[build];
            if (!proof) continue;
            proofs++;
            lines.push([`${board} ${image ? 'image' : build}`, ...describe(proof, exactly(proof))]);
          }
          if (result.float32) {
            proofs++;
            lines.push([`${board} float32`, ...describe(result.float32, within(result.float32))]);
          }
          for (const build of ['frontend', 'listening'] as const) {
            const proof = result[build];
            if (!proof) continue;
            proofs++;
            lines.push([`${board} ${build}`, ...describeHeard(proof)]);
          }
          for (const [what, why] of Object.entries(result.skipped)) lines.push([what, dim(`skipped: ${why}`)]);
        }
        console.log(flags.json ? JSON.stringify(results, undefined, 2) : report(lines, results));
        if (proofs === 0 || !allExact(results)) process.exitCode = 1;
      },
    );
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

/** How a build is told that gave the definition's values, and one that did not. */
interface Verdict {
  readonly passed: string;
  readonly failed: string;
}

const exactly = ({ steps }: BoardProof): Verdict => ({ passed: `exact in ${steps} steps`, failed: 'NOT EXACT' });
const within = ({ steps, errorOfTolerance }: FloatProof): Verdict => ({
  passed: `float32: within ${errorOfTolerance.toPrecision(2)} of its tolerance in ${steps} steps`,
  failed: 'BEYOND ITS TOLERANCE',
});

/** A proof in a row of cells or, where it failed, with what went wrong first. */
function describe(proof: BoardFigures, verdict: Verdict): string[] {
  if (proof.error !== undefined) return [`${bad(verdict.failed)}: ${proof.error}`];
  const { firstDifference: first, flash, energy, cycleModel } = proof;
  if (first) {
    return [
      `${bad(verdict.failed)}: sequence ${first.sequence}, step ${first.step}, ${first.what} ${first.index} is ${first.actual}, not ${first.expected}`,
    ];
  }
  return [
    good(verdict.passed),
    `${proof.cyclesPerStep.toFixed(0)} cycles a step${cycleModel === undefined ? '' : ' (modelled)'},`,
    `${Number(proof.msPerStep.toPrecision(3))} ms at ${proof.clock / 1e6} MHz,`,
    `${Number(proof.msPerPrediction.toPrecision(3))} ms a prediction,`,
    `flash ${proof.flashBytes}${flash ? ` (weights ${flash.weights}, tables ${flash.tables}, code ${flash.code})` : ''},`,
    `RAM ${proof.ramBytes} + stack ${proof.stackBytes}${energy ? ',' : ''}`,
    energy ? `${energyText(energy.microjoulesPerPrediction)} a prediction (derived)` : '',
  ];
}

/** The same of a program that hears sound, whose cycles are those of a frame. */
function describeHeard(proof: HeardProof): string[] {
  const [verdict, ...rest] = describe(proof, exactly(proof));
  if (!proof.bitExact) return [verdict, ...rest];
  return [
    verdict,
    `${proof.cyclesPerFrame.toFixed(0)} cycles a frame${proof.cycleModel === undefined ? '' : ' (modelled)'},`,
    busyText(proof),
    '',
    `flash ${proof.flashBytes},`,
    `RAM ${proof.ramBytes} + stack ${proof.stackBytes}`,
  ];
}

function busyText({ busy, clock }: HeardProof): string {
  const text = `busy ${(100 * busy).toFixed(1)} % at ${clock / 1e6} MHz,`;
  return busy < 1 ? text : bad(`${text} slower than the sound`);
}

function energyText(microjoules: number): string {
  return microjoules < 1000 ? `${microjoules.toPrecision(3)} uJ` : `${(microjoules / 1000).toPrecision(3)} mJ`;
}

/** The table, and below it where modelled and derived figures come from. */
function report(lines: readonly string[][], results: Readonly<Record<string, BoardResult>>): string {
  const notes = Object.entries(results).flatMap(([board, { runtime, generated }]) => {
    const proof = generated ?? runtime;
    return [
      ...(proof?.cycleModel === undefined ? [] : [`${board}: cycles modelled by ${proof.cycleModel}`]),
      ...(proof?.energy ? [`${board}: energy derived from ${proof.energy.derivedFrom}`] : []),
    ];
  });
  const [any] = Object.values(results).flatMap(({ runtime, generated }) => runtime ?? generated ?? []);
  const steps = any && any.sequences > 0 ? ` A prediction reads ${any.steps / any.sequences} steps.` : '';
  const all = `Every board is simulated; wait states of flash are left out.${steps}`;
  const float = Object.values(results).some(({ float32 }) => float32)
    ? [`float32, never exact: ${floatTolerance}`]
    : [];
  return `${table(lines)}\n\n${[all, ...float, ...notes].map(dim).join('\n')}`;
}
