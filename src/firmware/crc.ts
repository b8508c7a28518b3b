/**
 * CRC-16/MCRF4XX (polynomial 0x1021 reflected, start 0xFFFF, no final inversion): what avr-libc's `_crc_ccitt_update`
 * computes. Bytes followed by their own CRC, low byte first, have the CRC 0.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc;
}
