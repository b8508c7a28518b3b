import type { IntegerNetwork } from '../integer/index.js';
import { exportC } from './c99.js';
import { exportDetectorC } from './detector/export.js';
import { cppHeader } from './library/cpp.js';
import { liveSketch } from './library/live.js';
import { cmakeLists, keywords, libraryJson, libraryProperties, zephyrModule } from './library/manifests.js';
import { oneLine, type Library, type LibraryOptions } from './library/options.js';
import { readme } from './library/readme.js';
import { replayOf, replayProgram, replaySketch, vectorsHeader } from './library/replay.js';
import { microphoneSketches } from './library/microphone.js';
import { exportFrontend } from './sound/export.js';
import { testVectors } from './vectors.js';

/**
 * The network as one folder that Arduino, PlatformIO, CMake and Zephyr take as it is: path to text.
 *
 * `src/` holds the exported C and a C++ class around it, `examples/` a replay of test vectors, a skeleton for a live sensor and, of a network that reads sound, sketches that listen to a microphone,
 * `extras/` the replay on a host and `vectors.json`.
 *
 * @throws ExportError when the prefix can't stand in C
 */
export function exportLibrary(network: IntegerNetwork, options: LibraryOptions): Record<string, string> {
  const { prefix, head = 'softmax', every = false, stack = { frames: 1, stride: 1 }, steps = 1 } = options;
  const { sound, detector } = options;
  const code = {
    ...exportC(network, options),
    ...(sound && exportFrontend(sound, { prefix })),
    ...(detector && exportDetectorC(network, detector, { prefix, classNames: options.names ?? [] })),
  };
  const library: Library = {
    network,
    prefix,
    upper: prefix.toUpperCase(),
    sources: Object.keys(code).filter((name) => name.endsWith('.c')),
    names: options.names ?? Array.from({ length: network.classes }, (_, k) => String(k)),
    channels: options.channels ?? [],
    ...{ stack, sound, detector },
    steps,
    head,
    every,
    scaled: options.outputs !== undefined,
    origin: oneLine(options.origin ?? 'Written by fastgrnn.'),
    version: options.version ?? '1.0.0',
  };
  const replay = replayOf(library);
  return {
    'library.properties': libraryProperties(library),
    'library.json': libraryJson(library),
    'keywords.txt': keywords(library),
    'README.md': readme(library),
    'CMakeLists.txt': cmakeLists(library),
    ...zephyrModule(library),
    ...Object.fromEntries(Object.entries(code).map(([name, text]) => [`src/${name}`, text])),
    [`src/${prefix}.hpp`]: cppHeader(library),
    'examples/Replay/Replay.ino': replaySketch(library),
    'examples/Replay/vectors.h': vectorsHeader(library, replay),
    'examples/Live/Live.ino': liveSketch(library),
    ...(sound && microphoneSketches(library)),
    'extras/replay.c': replayProgram(library),
    'extras/vectors.json': `${JSON.stringify(testVectors(network, { steps: Math.min(steps, 32) }))}\n`,
  };
}
