/** Hands the samples of a microphone on, 128 at a time, as counts of 16 bits: what a microcontroller's converter gives. */
class Recorder extends AudioWorkletProcessor {
  process([input]) {
    const [sound] = input;
    if (sound) {
      const counts = Int16Array.from(sound, (value) => Math.max(-32_768, Math.min(32_767, Math.round(32_768 * value))));
      this.port.postMessage(counts, [counts.buffer]);
    }
    return true;
  }
}

registerProcessor('recorder', Recorder);
