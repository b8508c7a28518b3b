import type { SerialPortLike } from '../flash/index.js';
import type { SimulatedBootloader } from './simulated-bootloader.js';

/** A port of the package `serialport`, as far as it is used, around a simulated board. */
export class SerialPortDouble implements SerialPortLike {
  /** DTR and RTS, as they were set one after the other. */
  readonly signals: string[] = [];
  private readonly listeners = new Map<string, (what: never) => void>();
  private readonly board: SimulatedBootloader;

  constructor(board: SimulatedBootloader) {
    this.board = board;
  }

  on(event: string, listener: (what: never) => void): void {
    this.listeners.set(event, listener);
  }

  emit(event: string, what?: unknown): void {
    this.listeners.get(event)?.(what as never);
  }

  write(data: Uint8Array, done: (error?: Error | null) => void): void {
    void this.board.write(data).then(async () => {
      done();
      const answer = await this.board.read(0);
      for (const byte of answer) this.emit('data', Uint8Array.of(byte)); // in pieces
    });
  }

  drain(done: (error?: Error | null) => void): void {
    done(null);
  }

  set({ dtr, rts }: { dtr: boolean; rts: boolean }, done: (error?: Error | null) => void): void {
    this.signals.push(`${dtr} ${rts}`);
    void this.board.setSignals({ dataTerminalReady: dtr, requestToSend: rts }).then(() => done());
  }
}
