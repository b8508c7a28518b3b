export { makeClips, type ClipOptions, type MadeClips } from './clips.js';
export type { Synthesiser, Utterance } from './engine.js';
export { readSounds } from './own-sounds.js';
export { phraseProblem } from './phrases.js';
export { installedSynthesisers, missingSynthesisers, type Installed } from './voices.js';
