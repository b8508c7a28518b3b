// Trains a network that tells a rising from a falling whistle and lets a page listen with it: in a headless Chromium whose microphone
// is a file, where every frame and logit must be Node's to the bit (--picture FILE keeps what the page looks like); or, with
// --serve [model.safetensors], for you to whistle at.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from 'fastgrnn';
import { writeWav } from 'fastgrnn/data';
import { listen, loadModel } from 'fastgrnn/runtime';
import { check, fastgrnn, launchChromium, servePage, withFolder } from '../lib.mjs';

const rate = 16_000;
const random = new Random(9);

/** A whistle of 0.3 to 0.6 seconds, up or down by half an octave to an octave; or steady, or none. */
function whistle(kind) {
  const length = Math.round(rate * (0.3 + 0.3 * random.uniform()));
  const start = 700 + 500 * random.uniform();
  const octaves = { rising: 1, falling: -1, other: 0 }[kind] * (0.5 + 0.5 * random.uniform());
  const loud = kind === 'other' && random.uniform() < 0.5 ? 0 : 2000 + 8000 * random.uniform();
  const offset = kind === 'falling' ? -octaves : 0;
  let phase = 0;
  return Float64Array.from({ length }, (_, i) => {
    phase += (2 * Math.PI * start * 2 ** (offset + (octaves * i) / length)) / rate;
    return loud * Math.sin(phase) * Math.sin((Math.PI * i) / length);
  });
}

/** A sound of so many seconds over a little noise, the whistle at a place in it. */
function scene(seconds, places) {
  const sound = Float64Array.from({ length: Math.round(rate * seconds) }, () => 40 * random.normal());
  for (const { at, tone } of places) tone.forEach((value, i) => (sound[Math.round(rate * at) + i] += value));
  return sound;
}

/** The network: trained on a folder of WAV files, as one would do it with recordings. */
async function trained(folder) {
  for (const kind of ['rising', 'falling', 'other']) {
    await mkdir(path.join(folder, 'sounds', kind), { recursive: true });
    for (let i = 0; i < 120; i++) {
      const tone = whistle(kind);
      const sound = scene(1, [{ at: 0.98 * random.uniform() * (1 - tone.length / rate), tone }]);
      await writeFile(path.join(folder, 'sounds', kind, `${i}.wav`), writeWav(sound, rate));
    }
  }
  const recipe = path.join(folder, 'sounds', 'recipe.yaml');
  await writeFile(
    recipe,
    `data: { name: folder, path: . }
features: { normalise: global, stack: { frames: 2 } }
network: { hiddenSize: 16 }
training: { epochs: [60, 0, 0], batchSize: 32 }
targets: []
`,
  );
  const out = path.join(folder, 'run');
  fastgrnn('run', recipe, '--out', out);
  const { integer } = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8'));
  check(integer.test > 0.9, `the network did not learn the task: ${integer.test}`);
  return readFile(path.join(out, 'integer.safetensors'));
}

/** What the page heard, and what it made of it: a file is Chromium's microphone. */
async function pageListens(address, wav, seconds, picture) {
  const browser = await launchChromium(
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${wav}`,
  );
  try {
    const tab = await browser.newPage({ viewport: { width: 720, height: 640 } });
    const errors = [];
    tab.on('pageerror', (error) => errors.push(error.message));
    await tab.goto(`${address}#record`);
    await tab.locator('#listen:enabled').click();
    await tab.waitForFunction(
      (count) => globalThis.record.samples.length >= count || document.getElementById('problem').textContent,
      rate * seconds,
      { timeout: 120_000 },
    );
    const problem = await tab.locator('#problem').textContent();
    check(problem === '', `the page says: ${problem}`);
    if (picture) await tab.screenshot({ path: picture });
    await tab.locator('#listen').click();
    const heard = await tab.evaluate(() => globalThis.record);
    check(errors.length === 0, `errors in the page: ${errors.join('; ')}`);
    return { ...heard, version: browser.version() };
  } finally {
    await browser.close();
  }
}

/** What Node makes of the same samples. */
async function nodeListens(bytes, samples) {
  const model = await loadModel(bytes);
  const network = model.stream();
  const [frames, logits] = [[], []];
  const stream = listen(model, (frame) => {
    frames.push([...frame]);
    if (network.push(frame)) logits.push([...network.logits()]);
  });
  stream.push(Int16Array.from(samples));
  return { frames, logits, classNames: model.classNames };
}

await withFolder(async (folder) => {
  const [option, file] = process.argv.slice(2);
  const listens = option === '--serve';
  const bytes = listens && file ? await readFile(file) : await trained(folder);
  const { server, address } = await servePage('/examples/microphone/index.html', bytes, listens ? 8080 : 0);
  if (listens) {
    console.log(`open ${address}; Ctrl-C ends it`);
    await new Promise(() => {});
  }
  try {
    // The file is played again and again, so it is heard whole from wherever listening begins.
    const wav = path.join(folder, 'microphone.wav');
    const places = [
      { at: 0.6, tone: whistle('rising') },
      { at: 2.1, tone: whistle('falling') },
    ];
    await writeFile(wav, writeWav(scene(3, places), rate));
    const there = await pageListens(address, wav, 6, option === '--picture' ? file : undefined);
    const here = await nodeListens(bytes, there.samples);
    check(there.frames.length > 500, `only ${there.frames.length} frames were heard`);
    for (const what of ['frames', 'logits']) {
      check(
        here[what].length === there[what].length,
        `${there[what].length} ${what} in the page, ${here[what].length} in Node`,
      );
      there[what].forEach((values, t) => {
        check(
          JSON.stringify(values) === JSON.stringify(here[what][t]),
          `${what} ${t}: ${values} instead of ${here[what][t]}`,
        );
      });
    }
    const said = new Set(there.logits.map((values) => here.classNames[values.indexOf(Math.max(...values))]));
    check(said.has('rising') && said.has('falling'), `the page heard ${[...said].join(', ')} alone`);
    console.log(
      `${there.samples.length / rate} seconds through the microphone of Chromium ${there.version}: ${there.frames.length} frames and ${there.logits.length} steps, every value Node's`,
    );
  } finally {
    server.close();
  }
});
