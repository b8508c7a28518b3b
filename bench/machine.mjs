// The machine that figures belong to.
import { readFile } from 'node:fs/promises';
import os from 'node:os';

export async function describeMachine() {
  return {
    cpu: await processorName(),
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Names of rented processors say little: family and model tell them apart. */
async function processorName() {
  const name = os.cpus()[0]?.model.trim() ?? 'unknown';
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const field = (key) => new RegExp(`^${key}\\s*: (.*)$`, 'm').exec(text)?.[1];
  const [family, model] = [field('cpu family'), field('model')];
  return family === undefined || model === undefined ? name : `${name} (family ${family}, model ${model})`;
}
