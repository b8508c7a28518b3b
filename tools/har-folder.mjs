// Writes the windows of UCI HAR as a stranger would bring them: a folder a class, a subfolder a person, a CSV file a window.
//   node tools/har-folder.mjs DATA OUT     DATA/uci-har holds the archive, plain or gzipped
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const [data, out] = process.argv.slice(2);
if (!data || !out) {
  console.error('usage: node tools/har-folder.mjs DATA OUT');
  process.exit(2);
}
const root = path.join(data, 'uci-har');

async function lines(name) {
  const plain = path.join(root, name);
  const text = await readFile(plain, 'utf8').catch(async () =>
    gunzipSync(await readFile(`${plain}.gz`)).toString('utf8'),
  );
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

const classes = (await lines('activity_labels.txt')).map((line) => line.trim().split(/\s+/)[1]);
const channels = ['body_acc', 'body_gyro', 'total_acc'].flatMap((sensor) =>
  ['x', 'y', 'z'].map((axis) => `${sensor}_${axis}`),
);
let written = 0;
for (const part of ['train', 'test']) {
  const labels = await lines(`${part}/y_${part}.txt`);
  const persons = await lines(`${part}/subject_${part}.txt`);
  const signals = [];
  for (const channel of channels) {
    const rows = await lines(`${part}/Inertial Signals/${channel}_${part}.txt`);
    signals.push(rows.map((row) => row.trim().split(/\s+/)));
  }
  for (let i = 0; i < labels.length; i++) {
    const folder = path.join(out, classes[Number(labels[i]) - 1], `person${persons[i].trim().padStart(2, '0')}`);
    const rows = signals[0][i].map((_, t) => signals.map((signal) => signal[i][t]).join(','));
    await mkdir(folder, { recursive: true });
    await writeFile(
      path.join(folder, `${part}${String(i).padStart(5, '0')}.csv`),
      `${channels.join(',')}\n${rows.join('\n')}\n`,
    );
    written++;
  }
}
console.log(`${written} recordings in ${out}`);
