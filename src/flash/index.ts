/** Writing an image into a board over its bootloader: the protocol, over any byte stream. */
export { FlashError } from './errors.js';
export { serialPortStream, type SerialPortLike } from './serial-port.js';
export type { ByteStream, LineSignals } from './stream.js';
export { flashUno, unoBaudRate, type FlashOptions, type FlashProgress, type FlashReport } from './uno.js';
