import { FlashError, type SerialPortLike } from '../flash/index.js';

/** What is used of the module `serialport`, which is an optional peer: only writing a board needs it. */
interface SerialPortModule {
  readonly SerialPort: {
    new (options: { path: string; baudRate: number; autoOpen: false }): OpenablePort;
    list(): Promise<readonly { readonly path: string; readonly manufacturer?: string | undefined }[]>;
  };
}

interface OpenablePort extends SerialPortLike {
  open(done: (error?: Error | null) => void): void;
  close(done: (error?: Error | null) => void): void;
}

/**
 * Opens a serial port by its name.
 *
 * @throws FlashError when the package `serialport` or the port is missing; the message names the ports that there are.
 */
export async function openSerialPort(
  path: string,
  baudRate: number,
): Promise<{ readonly port: SerialPortLike; close(): Promise<void> }> {
  const { SerialPort } = await loadSerialPort();
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  const refused = await new Promise<Error | null | undefined>((resolve) => port.open(resolve));
  if (refused) {
    const ports = await SerialPort.list();
    const names = ports.map(({ path: name, manufacturer }) => (manufacturer ? `${name} (${manufacturer})` : name));
    const known =
      names.length > 0 ? `; there is ${names.join(', ')}` : '; no serial port is there, is the board plugged in?';
    const why = refused.message.replace(/^Error: /, '');
    throw new FlashError(`can't open the port ${path}: ${why}${known}`, { cause: refused });
  }
  return { port, close: () => new Promise((resolve) => port.close(() => resolve())) };
}

async function loadSerialPort(): Promise<SerialPortModule> {
  const name = 'serialport'; // a variable, so that neither compiler nor bundler looks for it
  try {
    return (await import(name)) as SerialPortModule;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const why = missing ? 'is not installed' : `can't be loaded (${String(cause).split('\n')[0]})`;
    throw new FlashError(
      `serial ports need the npm package serialport, which ${why}; install it beside fastgrnn: npm install serialport@13`,
      { cause },
    );
  }
}
