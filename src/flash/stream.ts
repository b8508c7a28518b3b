/** A serial line to a board. Node's `serialport` fits by `serialPortStream`; Web Serial's signals have the same names. */
export interface ByteStream {
  /** Sends bytes, in order. */
  write(bytes: Uint8Array): Promise<void>;
  /** What has come since the last call; waits for something, for `timeout` milliseconds at most, then gives no bytes. */
  read(timeout: number): Promise<Uint8Array>;
  /** Sets the line's control signals: an Uno resets when `dataTerminalReady` goes from false to true. */
  setSignals(signals: LineSignals): Promise<void>;
}

/** The signals that a computer drives. */
export interface LineSignals {
  readonly dataTerminalReady: boolean;
  readonly requestToSend: boolean;
}
