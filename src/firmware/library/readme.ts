import type { Library } from './options.js';

/** `README.md`: how the folder is used, in each of its worlds. */
export function readme({ prefix, upper, origin, network, sound }: Library): string {
  const inputs = network.embedding ? 'one token' : `${upper}_INPUTS values of type int16_t`;
  return `# ${prefix}

${origin}

\`src/${prefix}.h\` says what every input and output is. A step takes ${inputs}; nothing uses the heap, floating point or
global variables, no function calls itself, and every loop has a fixed bound.

\`\`\`c
#include "${prefix}.h"

static ${prefix}_state state;
${prefix}_reset(&state);
${prefix}_step(&state, x); /* each time step */
int best = ${prefix}_predict(&state);
\`\`\`

## Arduino

Copy this folder into the folder \`libraries\` of your sketchbook, or take it as a ZIP by *Sketch, Include Library, Add .ZIP
Library*. Then open *File, Examples, ${prefix}*: **Replay** shows that your board computes every value as it must, **Live** is a
skeleton for your sensor${sound ? ', **MicrophonePDM** and **MicrophoneI2S** listen to a microphone' : ''}. In C++ include \`${prefix}.hpp\`, which wraps a stream as a class.

## PlatformIO

Copy the folder into your project's \`lib/\`. \`library.json\` says the rest.

## CMake

\`\`\`cmake
add_subdirectory(${prefix})
target_link_libraries(app ${prefix}::${prefix})
\`\`\`

Alone, it builds and runs a test: \`cmake -B build && cmake --build build && ctest --test-dir build\`.

## Zephyr

Build with \`west build -- -DZEPHYR_EXTRA_MODULES=/path/to/${prefix}\` and \`CONFIG_${upper}=y\` in \`prj.conf\`, or name the folder as a
module in your west manifest.

## Proof

\`extras/vectors.json\` has inputs with every hidden state and the logits that they must give; \`examples/Replay/vectors.h\` a part of
it for boards.
`;
}
