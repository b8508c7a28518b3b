// The page: microphone -> samples -> frames -> network -> scores.
import { listen, loadModel } from 'fastgrnn/runtime';

const element = (id) => document.getElementById(id);

let model;
let context;

/** Everything that was heard and computed since listening began, where the address asks for it by #record: for comparison with other machines. */
const record = location.hash === '#record' ? { samples: [], frames: [], logits: [] } : undefined;
globalThis.record = record;

async function use(source) {
  element('problem').textContent = '';
  try {
    const loaded = await loadModel(source);
    if (!loaded.metadata.features.sound) throw new Error('this model was not trained on sound');
    model = loaded;
  } catch (error) {
    element('problem').textContent = error.message;
    return;
  }
  const { kind, rate } = model.metadata.features.sound;
  element('network').textContent =
    model.kind === 'integer' ? 'an integer network, as it would on a microcontroller' : 'a float network';
  element('features').textContent = `${kind} features at ${rate / 1000} kHz`;
  element('listen').disabled = false;
}

/** Asks for the microphone and listens until it is told to stop. */
async function start() {
  const { sound } = model.metadata.features;
  // What browsers do to make speech pleasant would change the features.
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: plain });
  context = new AudioContext({ sampleRate: sound.rate });
  await context.audioWorklet.addModule(new URL('recorder.js', import.meta.url));
  const recorder = new AudioWorkletNode(context, 'recorder', {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
  });

  const network = model.stream();
  const logits = network.logits(); // int32 of an integer model, float32 of a float one
  const show = view(model);
  const frames = listen(model, (frame) => {
    record?.frames.push([...frame]);
    const stepped = network.push(frame);
    show.frame(frame);
    if (!stepped) return;
    network.logits(logits);
    record?.logits.push([...logits]);
    show.scores(logits);
  });
  recorder.port.addEventListener('message', ({ data }) => {
    record?.samples.push(...data);
    frames.push(data);
  });
  recorder.port.start();
  const source = context.createMediaStreamSource(microphone);
  source.connect(recorder);
  return async () => {
    for (const track of microphone.getTracks()) track.stop();
    await context.close();
  };
}

/** The spectrogram, a column a frame, and a bar for each class. */
function view({ classNames, logitUnit }) {
  const canvas = element('spectrogram');
  const pen = canvas.getContext('2d');
  const table = element('scores');
  table.replaceChildren();
  const bars = classNames.map((name) => {
    const row = table.insertRow();
    row.insertCell().textContent = name;
    const track = row.insertCell();
    track.className = 'track';
    const bar = track.appendChild(document.createElement('div'));
    bar.className = 'bar';
    return bar;
  });
  // The colours follow the loudest and the quietest value of the last seconds.
  let [low, high] = [Infinity, -Infinity];
  return {
    frame(values) {
      if (canvas.height !== values.length) canvas.height = values.length; // which clears it
      const fade = high > low ? (high - low) / 1000 : 0;
      low = Math.min(low + fade, ...values);
      high = Math.max(high - fade, ...values);
      pen.drawImage(canvas, -1, 0);
      values.forEach((value, f) => {
        const part = (value - low) / Math.max(1e-9, high - low);
        pen.fillStyle = `hsl(${280 - 230 * part} 90% ${8 + 60 * part}%)`;
        pen.fillRect(canvas.width - 1, canvas.height - 1 - f, 1, 1);
      });
    },
    scores(logits) {
      const largest = Math.max(...logits);
      const weights = Array.from(logits, (logit) => Math.exp((logit - largest) / logitUnit));
      const total = weights.reduce((sum, weight) => sum + weight);
      bars.forEach((bar, k) => (bar.style.width = `${(100 * weights[k]) / total}%`));
      element('answer').textContent = classNames[logits.indexOf(largest)];
    },
  };
}

let stop;
element('listen').addEventListener('click', async () => {
  element('problem').textContent = '';
  try {
    if (stop) await stop();
    stop = stop ? undefined : await start();
  } catch (error) {
    stop = undefined;
    element('problem').textContent =
      error.name === 'NotAllowedError' ? 'The microphone is not allowed: allow it in the address bar.' : error.message;
  }
  element('listen').textContent = stop ? 'Stop' : 'Listen';
});
element('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file) await use(new Uint8Array(await file.arrayBuffer()));
});
await use(new URL(new URLSearchParams(location.search).get('model') ?? 'model.safetensors', location.href));
