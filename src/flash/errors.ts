/** A board could not be written: it doesn't answer, it is another part, or it holds other bytes than were sent. */
export class FlashError extends Error {
  override name = 'FlashError';
}

/** Host and bootloader have lost each other in the middle of the work; a reset brings them together again. */
export class OutOfSync extends FlashError {}
