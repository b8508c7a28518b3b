import { FlashError } from './errors.js';
import type { ByteStream } from './stream.js';

/** What is used of an open port of the npm package `serialport`, by its shape. */
export interface SerialPortLike {
  /** Bytes have come. */
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  /** The port is gone, or fails. */
  on(event: 'close' | 'error', listener: (error?: Error | null) => void): unknown;
  /** Takes bytes to send. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown;
  /** Waits until all are sent. */
  drain(done: (error?: Error | null) => void): void;
  /** Drives DTR and RTS. */
  set(signals: { readonly dtr: boolean; readonly rts: boolean }, done: (error?: Error | null) => void): void;
}

/**
 * An open `SerialPort` of the npm package `serialport` as a stream:
 *
 * ```js
 * const port = new SerialPort({ path: '/dev/ttyACM0', baudRate: unoBaudRate });
 * await flashUno(serialPortStream(port), hex);
 * ```
 *
 * Calls reject with a FlashError once the port is closed or fails.
 */
export function serialPortStream(port: SerialPortLike): ByteStream {
  let received: Uint8Array[] = [];
  let failure: FlashError | undefined;
  let wake: (() => void) | undefined;
  const fail = (message: string, cause?: unknown): void => {
    failure ??= new FlashError(message, { cause });
    wake?.();
  };
  port.on('data', (bytes) => {
    received.push(Uint8Array.from(bytes));
    wake?.();
  });
  port.on('error', (error) => fail(`the serial port fails: ${error?.message ?? 'no reason given'}`, error));
  port.on('close', (error) => fail('the serial port was closed; was the board unplugged?', error));

  const done = (what: string, call: (done: (error?: Error | null) => void) => unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      call((error) =>
        error ? reject(new FlashError(`the serial port ${what}: ${error.message}`, { cause: error })) : resolve(),
      );
    });

  return {
    async write(bytes) {
      await done('takes no bytes', (ready) => port.write(bytes, ready));
      await done('sends no bytes', (ready) => port.drain(ready));
    },
    async read(timeout) {
      if (received.length === 0 && !failure) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeout);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      if (received.length === 0 && failure) throw failure;
      const pieces = received;
      received = [];
      return Uint8Array.from(pieces.flatMap((piece) => Array.from(piece)));
    },
    setSignals: ({ dataTerminalReady: dtr, requestToSend: rts }) =>
      done('cannot set DTR and RTS, which reset the board', (ready) => port.set({ dtr, rts }, ready)),
  };
}
