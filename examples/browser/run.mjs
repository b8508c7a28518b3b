// Trains a network that says whether a signal rises, falls or is still, and runs it in a page: in a headless Chromium, whose
// logits must be Node's to the bit; or, with --serve, for you to look at.
import { convert, evaluate, Random, train } from 'fastgrnn';
import { loadModel } from 'fastgrnn/runtime';
import { check, launchChromium, servePage } from '../lib.mjs';

const random = new Random(4);
const classes = ['still', 'rising', 'falling'];

/** 24 heights, from 0 to 1: still for a while, then moving, with a trembling hand. */
function signal(label) {
  const speed = [0, 1, -1][label] * (0.02 + 0.06 * random.uniform());
  const start = 4 + random.below(10);
  let height = 0.2 + 0.6 * random.uniform();
  return Array.from({ length: 24 }, (_, t) => {
    if (t >= start) height = Math.min(1, Math.max(0, height + speed));
    const moves = t < start || (height > 0 && height < 1);
    return {
      value: height + 0.002 * random.normal(),
      label: t < start + 2 ? (t < start ? 0 : -1) : moves ? label : -1,
    };
  });
}

const labels = Array.from({ length: 300 }, (_, i) => i % 3);
const signals = labels.map(signal);
const { model, dataset } = await train({
  sequences: signals.map((steps) => steps.map(({ value }) => [value])),
  labels,
  stepLabels: signals.map((steps) => steps.map(({ label }) => label)),
  ...{ classNames: classes, channelNames: ['height'] },
  network: { hiddenSize: 10, output: 'every' },
  training: { epochs: [40, 0, 0], batchSize: 32, learningRate: 0.02 },
});
const integer = convert(model);
const bytes = await integer.save();
const { test } = await evaluate(integer, dataset.test);
console.log(
  `integer network: ${(100 * test).toFixed(1)} % of the steps of new signals, a file of ${bytes.length} bytes`,
);
check(test > 0.9, 'the network did not learn the task');

const serve = process.argv.includes('--serve');
const { server, address } = await servePage('/examples/browser/index.html', bytes, serve ? 8080 : 0);

if (serve) console.log(`open ${address}; Ctrl-C ends it`);
else {
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    const errors = [];
    tab.on('pageerror', (error) => errors.push(error.message));
    await tab.goto(address);
    await tab.waitForFunction(() => 'logitsOf' in globalThis);
    const here = (await loadModel(bytes)).stream();
    const definition = integer.stream();
    let steps = 0;
    for (const label of [0, 1, 2, 1]) {
      const values = signal(label).map(({ value }) => value);
      const there = await tab.evaluate((heights) => globalThis.logitsOf(heights), values);
      here.reset();
      definition.reset();
      values.forEach((value, t) => {
        here.step(Float32Array.of(value));
        definition.step(integer.counts(Float32Array.of(value)));
        const expected = JSON.stringify({ logits: [...definition.logits()], prediction: definition.predict() });
        const node = JSON.stringify({ logits: [...here.logits()], prediction: here.predict() });
        check(node === expected, `Node, step ${t}: ${node} instead of ${expected}`);
        check(
          JSON.stringify(there[t]) === expected,
          `the page, step ${t}: ${JSON.stringify(there[t])} instead of ${expected}`,
        );
        steps++;
      });
      console.log(`${classes[label]}: the page says ${classes[there.at(-1).prediction]}`);
    }
    await tab.waitForFunction(() => document.getElementById('answer').textContent !== '…');
    check(errors.length === 0, `errors in the page: ${errors.join('; ')}`);
    console.log(`${steps} steps in Chromium ${browser.version()}: every logit is Node's`);
  } finally {
    await browser.close();
    server.close();
  }
}
