// The same, away from the page's own thread.
import * as api from 'fastgrnn';
import * as runtime from 'fastgrnn/runtime';
import { scenario } from './scenario.ts';

addEventListener('unhandledrejection', ({ reason }) => reportError(reason));
addEventListener('message', async ({ data }) => postMessage(await scenario(api, runtime, data)));
