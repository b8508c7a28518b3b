import type * as browser from './browser.js';
import type * as node from './node.js';
import type { Platform } from './types.js';

type Whole<Module extends Platform> = Module;

/** The compiler checks here that both modules are whole platforms. */
export type Platforms = [Whole<typeof node>, Whole<typeof browser>];
