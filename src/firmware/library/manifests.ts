import { oneLine, type Library } from './options.js';

const url = 'https://www.npmjs.com/package/fastgrnn';

function sentence({ network, prefix }: Library): string {
  return `The recurrent network "${prefix}": ${network.cell}, ${network.hiddenSize} hidden units, integers only.`;
}

/** `library.properties`, by Arduino's library specification 1.5. */
export function libraryProperties(library: Library): string {
  const { prefix, version, origin } = library;
  return `name=${prefix}
version=${version}
author=fastgrnn
maintainer=fastgrnn
sentence=${sentence(library)}
paragraph=${oneLine(origin)} No heap, no floating point, no globals: several networks and streams live in one program.
category=Data Processing
url=${url}
architectures=*
includes=${prefix}.hpp
`;
}

/** `keywords.txt`: what the editor colours. Its columns are divided by tabs. */
export function keywords({ prefix, upper, network }: Library): string {
  const functions = ['reset', 'step', 'logits', 'predict'];
  return `${[
    `${prefix}_network\tKEYWORD1`,
    `${prefix}_state\tKEYWORD1`,
    ...functions.map((name) => `${prefix}_${name}\tKEYWORD2`),
    ...functions.map((name) => `${name}\tKEYWORD2`),
    ...['INPUTS', 'HIDDEN', 'CLASSES', ...(network.embedding ? ['TOKENS'] : [])].map(
      (name) => `${upper}_${name}\tLITERAL1`,
    ),
  ].join('\n')}\n`;
}

/** `library.json`, PlatformIO's manifest. */
export function libraryJson(library: Library): string {
  const { prefix, version, sound } = library;
  const microphones = ['MicrophonePDM', 'MicrophoneI2S'];
  const manifest = {
    $schema:
      'https://raw.githubusercontent.com/platformio/platformio-core/develop/platformio/assets/schema/library.json',
    name: prefix,
    version,
    description: sentence(library),
    keywords: ['rnn', 'tinyml', 'fastgrnn'],
    homepage: url,
    frameworks: '*',
    platforms: '*',
    headers: [`${prefix}.h`, `${prefix}.hpp`],
    examples: [
      { name: 'Replay', base: 'examples/Replay', files: ['Replay.ino', 'vectors.h'] },
      { name: 'Live', base: 'examples/Live', files: ['Live.ino'] },
      ...(sound ? microphones.map((name) => ({ name, base: `examples/${name}`, files: [`${name}.ino`] })) : []),
    ],
    build: { srcDir: 'src', includeDir: 'src' },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** `CMakeLists.txt`: the network as a target for `add_subdirectory`, and alone with a test that replays the vectors. */
export function cmakeLists({ prefix, version, sources }: Library): string {
  return `# The network as a static library. Elsewhere: add_subdirectory(${prefix}) and target_link_libraries(app ${prefix}::${prefix})
# Alone: cmake -B build && cmake --build build && ctest --test-dir build
cmake_minimum_required(VERSION 3.13)
project(${prefix} VERSION ${version} LANGUAGES C)

add_library(${prefix} STATIC ${sources.map((name) => `src/${name}`).join(' ')})
add_library(${prefix}::${prefix} ALIAS ${prefix})
target_include_directories(${prefix} PUBLIC \${CMAKE_CURRENT_SOURCE_DIR}/src)
set_target_properties(${prefix} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
  enable_testing()
  add_executable(${prefix}_replay extras/replay.c)
  target_link_libraries(${prefix}_replay ${prefix})
  set_target_properties(${prefix}_replay PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  add_test(NAME ${prefix}_replay COMMAND ${prefix}_replay)
endif()
`;
}

/** `zephyr/module.yml`, `zephyr/CMakeLists.txt` and `zephyr/Kconfig`: the folder as a module of Zephyr. */
export function zephyrModule({ prefix, upper, sources }: Library): Record<string, string> {
  return {
    'zephyr/module.yml': `# west build -- -DZEPHYR_EXTRA_MODULES=/path/to/${prefix}, and CONFIG_${upper}=y in prj.conf
name: ${prefix}
build:
  cmake: zephyr
  kconfig: zephyr/Kconfig
`,
    'zephyr/CMakeLists.txt': `if(CONFIG_${upper})
  zephyr_include_directories(../src)
  zephyr_library()
  zephyr_library_sources(${sources.map((name) => `../src/${name}`).join(' ')})
endif()
`,
    'zephyr/Kconfig': `config ${upper}
	bool "The recurrent network ${prefix}"
	help
	  An integer network written by fastgrnn: ${prefix}.h, ${prefix}.c. It needs no other module.
`,
  };
}
