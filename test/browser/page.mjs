// What the tests' page runs; bundled with the package as a page of a user's would be.
import * as api from 'fastgrnn';
import * as runtime from 'fastgrnn/runtime';
import { scenario } from './scenario.ts';

globalThis.fastgrnn = api;
globalThis.runHere = (settings) => scenario(api, runtime, settings);
globalThis.runInBackground = (settings) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('background.mjs', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(settings);
  });
