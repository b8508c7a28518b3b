// Makes up recordings of five gestures by a 3-axis accelerometer at 50 Hz, in g: what a wristband would give, plausible and
// synthetic. A folder a gesture, in it a folder a person, a CSV file a recording.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from 'fastgrnn';

const rate = 50;
const steps = 64;

/** Acceleration of the hand without gravity at time t (seconds), for a gesture of frequency f that begins at `start`. */
const gestures = {
  idle: () => [0, 0, 0],
  shake: (t, f) => [1.2 * Math.sin(2 * Math.PI * 2 * f * t), 0.2 * Math.sin(2 * Math.PI * 4 * f * t), 0],
  // The two differ in their order alone: means and deviations don't tell them apart.
  clockwise: (t, f) => [0.7 * Math.cos(2 * Math.PI * f * t), 0, 0.7 * Math.sin(2 * Math.PI * f * t)],
  counterclockwise: (t, f) => [0.7 * Math.cos(2 * Math.PI * f * t), 0, -0.7 * Math.sin(2 * Math.PI * f * t)],
  tap: (t, f, start) => {
    const since = (t - start) * f;
    return [0, 0, since < 0 ? 0 : 2.5 * Math.exp(-12 * since) * Math.cos(40 * since)];
  },
};

/** Writes `people` * `each` recordings of every gesture below `root`. The same seed gives the same files. */
export async function makeRecordings(root, { people = 6, each = 10, seed = 1 } = {}) {
  const random = new Random(seed);
  for (let person = 0; person < people; person++) {
    // Everybody wears it a little differently and has a pace and a strength of their own.
    const tilt = [0.25 * random.normal(), 0.25 * random.normal()];
    const [pace, strength] = [0.8 + 0.5 * random.uniform(), 0.8 + 0.4 * random.uniform()];
    for (const [gesture, motion] of Object.entries(gestures)) {
      const folder = path.join(root, gesture, `person${person}`);
      await mkdir(folder, { recursive: true });
      for (let i = 0; i < each; i++) {
        const f = 1.3 * pace * (0.9 + 0.2 * random.uniform());
        const start = 0.2 + 0.5 * random.uniform();
        const phase = random.uniform();
        const rows = Array.from({ length: steps }, (_, k) => {
          const t = k / rate;
          const [x, y, z] = motion(gesture === 'tap' ? t : t + phase, f, start).map((a) => strength * a);
          const [roll, pitch] = tilt;
          const felt = [x + Math.sin(pitch), y - Math.sin(roll), z + Math.cos(roll) * Math.cos(pitch)];
          return felt.map((a) => (a + 0.03 * random.normal()).toFixed(4)).join(',');
        });
        await writeFile(path.join(folder, `${String(i).padStart(2, '0')}.csv`), `ax,ay,az\n${rows.join('\n')}\n`);
      }
    }
  }
}
