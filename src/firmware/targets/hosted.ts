import { joinPath, packageFile, readFile, runProgram, temporaryDirectory, writeFile } from '#platform';
import { exportedC, floatFlags, type BuildSource } from './build.js';

/** A batch program under an operating system (firmware/batch/hosted.c). */
export interface HostedBuild {
  /** The file of the program. */
  readonly program: Uint8Array;
  /** The compiler's name and version. */
  readonly compiler: string;
  /** Addresses and sizes of the network's functions, without the prefix. */
  readonly functions: ReadonlyMap<string, { readonly address: number; readonly bytes: number }>;
}

const flags =
  '-std=c99 -O2 -static -no-pie -Wall -Wextra -Wconversion -Werror -fno-tree-loop-distribute-patterns -fno-stack-protector';

/**
 * Compiles the exported C of a network, integer or float, for a 64-bit Linux with the processor of a Raspberry Pi 3; undefined where
 * the compiler isn't there.
 */
export async function compileRaspberryPi(source: BuildSource): Promise<HostedBuild | undefined> {
  const command = 'aarch64-linux-gnu-gcc';
  const version = await runProgram(command, ['--version']);
  if (!version || version.code !== 0) return undefined;
  const directory = await temporaryDirectory();
  const inside = (name: string) => joinPath(directory.path, name);
  try {
    for (const [name, text] of Object.entries(exportedC(source))) await writeFile(inside(name), text);
    const made = await runProgram(command, [
      ...flags.split(' '),
      ...('parameters' in source ? floatFlags : []),
      ...['-mcpu=cortex-a53', `-I${directory.path}`, '-o', inside('program')],
      ...[packageFile('firmware/batch/hosted.c'), packageFile('firmware/avr/generated.c'), inside('model.c')],
    ]);
    if (made?.code !== 0) throw new Error(`${command} refuses the exported C:\n${made?.stderr.trim() ?? ''}`);
    const names = await runProgram('aarch64-linux-gnu-nm', ['-S', inside('program')]);
    const functions = new Map<string, { address: number; bytes: number }>();
    for (const [, address, bytes, name] of (names?.stdout ?? '').matchAll(/^(\w+) (\w+) [tT] model_([\w.]+)$/gm)) {
      functions.set(name, { address: parseInt(address, 16), bytes: parseInt(bytes, 16) });
    }
    const program = await readFile(inside('program'));
    return { program, compiler: version.stdout.split('\n')[0], functions };
  } finally {
    await directory.dispose();
  }
}
