/** The bytes of a WAV file of one channel of 16 bits; samples are counts of 16 bits, rounded and saturated. */
export function writeWav(sound: ArrayLike<number>, rate: number): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * sound.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => [...letters].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true); // the size of what follows
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * sound.length, true);
  for (let i = 0; i < sound.length; i++) {
    view.setInt16(44 + 2 * i, Math.max(-32_768, Math.min(32_767, Math.round(sound[i]!))), true);
  }
  return bytes;
}
