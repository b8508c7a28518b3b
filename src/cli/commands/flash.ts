import { readFile } from '#platform';
import type { Command } from 'commander';
import { isUf2, unoImage } from '../../firmware/index.js';
import { FlashError, flashUno, serialPortStream, unoBaudRate, type FlashProgress } from '../../flash/index.js';
import { integerModel, readModel } from '../../pipeline/index.js';
import { filled } from '../options.js';
import { openSerialPort } from '../serial-port.js';
import { clearLine } from '../terminal.js';

export function addFlash(program: Command): void {
  program
    .command('flash')
    .summary('write an Arduino Uno over its serial port')
    .description(
      'Writes a model into an Arduino Uno over its bootloader, reads everything back, and starts it. No compiler is needed. ' +
        'Needs the npm package serialport.',
    )
    .argument('[model]', 'a model file', filled)
    .option('--image <file>', 'write this Intel HEX image in place of a model', filled)
    .requiredOption('--port <name>', 'the serial port of the board: /dev/ttyACM0, COM3, …', filled)
    .option('--json', 'print what was done as JSON')
    .action(async (model: string | undefined, flags: { image?: string; port: string; json?: boolean }) => {
      const image = await imageOf(model, flags.image);
      const { port, close } = await openSerialPort(flags.port, unoBaudRate);
      try {
        const report = await flashUno(serialPortStream(port), image, { onProgress: showProgress });
        clearLine();
        const again = report.rewritten > 0 ? `, ${report.rewritten} pages only when they were sent again` : '';
        const text = `${flags.port}: ${report.bytes} bytes written and read back${again}; the program is started`;
        console.log(flags.json ? JSON.stringify({ port: flags.port, ...report }, undefined, 2) : text);
      } finally {
        await close();
      }
    });
}

async function imageOf(model: string | undefined, image: string | undefined): Promise<string> {
  if ((model === undefined) === (image === undefined)) {
    throw new FlashError('give either a model or --image, the one to write');
  }
  if (image !== undefined) {
    const bytes = await readFile(image);
    if (isUf2(bytes)) {
      throw new FlashError(
        `${image} is a UF2 file, for a Pico: copy it onto the drive that the board shows when it is plugged in with its button held`,
      );
    }
    return new TextDecoder().decode(bytes);
  }
  const { network } = integerModel(await readModel(model ?? ''));
  return (await unoImage(network)).hex;
}

/** One line that moves, in a terminal. */
function showProgress({ phase, done, total }: FlashProgress): void {
  if (!process.stderr.isTTY) return;
  clearLine();
  process.stderr.write(`  ${phase === 'write' ? 'writing' : 'reading back'}: ${done} of ${total} bytes`);
}
