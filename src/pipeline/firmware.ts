import { joinPath, removeFile, writeFile } from '#platform';
import { proofSequences, simulate, type BoardName, type BoardResult, type ProofSequence } from '../boards/index.js';
import type { Sequences } from '../data/index.js';
import {
  exportC,
  exportDetectorC,
  exportFloatC,
  exportFrontend,
  ExportError,
  exportLibrary,
  picoUf2,
  soundVectors,
  testInputs,
  testVectors,
  unoImage,
  type ExportCOptions,
  type FloatSource,
  type Optimize,
  type SoundInputs,
  type SoundVectors,
} from '../firmware/index.js';
import { integerSound } from '../features/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { evenlySpread } from '../math/index.js';
import { describeSound } from '../recipe/index.js';
import type { FloatModel, Model, ModelFacts } from './models.js';

/** Lines for the exported header's comment: where the network comes from, its classes, the unit of each input. */
function descriptionOf(facts: ModelFacts, counts = 'int16 counts'): string[] {
  const { architecture, classNames, input, features, outputs } = facts;
  const channels = input.channelNames.length;
  const { frames, stride } = features.stack ?? { frames: 1, stride: 1 };
  const inputs =
    architecture.vocabulary > 0
      ? [`  x[0]: a token, 0 to ${architecture.vocabulary - 1}`]
      : Array.from({ length: architecture.inputSize }, (_, i) => {
          const c = i % channels;
          const frame = frames > 1 ? ` of frame ${Math.floor(i / channels)}` : '';
          return `  x[${i}]: ${input.channelNames[c]}${frame}, ${countOf(input, c)}`;
        });
  return [
    originOf(facts),
    ...hashesOf(facts),
    `${{ softmax: 'Classes', sigmoid: 'Labels', regression: 'Values' }[architecture.head]}: ${classNames.map((name, i) => `${i} ${name}`).join(', ')}.`,
    ...(outputs
      ? [
          `Value = centre + scale * logit: ${classNames.map((name, i) => `${name} ${outputs.centre[i]} + ${outputs.scale[i]} * logit`).join(', ')}.`,
        ]
      : []),
    ...(frames > 1 ? [`A step reads ${frames} frames, the oldest first; the next step's begin ${stride} later.`] : []),
    ...(features.sound ? [`Frames of sound: ${describeSound(features.sound)}.`] : []),
    `Inputs, ${counts} each:`,
    ...inputs,
  ];
}

/** Where a network comes from, in a sentence. */
function originOf({ provenance, imported }: Pick<ModelFacts, 'provenance' | 'imported'>): string {
  return imported
    ? `Imported from ${imported.files.map(({ name }) => name).join(', ')}, fastgrnn ${provenance.version}.`
    : `Recipe ${provenance.recipe}, seed ${provenance.seed}, fastgrnn ${provenance.version}.`;
}

/** By which recipe, data or files can be recognised. */
function hashesOf({ provenance, imported }: ModelFacts): string[] {
  if (imported) return imported.files.map(({ name, sha256 }) => `SHA-256 of ${name}: ${sha256}`);
  const { recipeHash, dataHash, fma } = provenance;
  return [
    `SHA-256 of the recipe: ${recipeHash}`,
    `SHA-256 of the data: ${dataHash}`,
    ...(fma ? ['Trained with fused multiply-adds, whose results depend on the machine.'] : []),
  ];
}

function countOf({ lsb, units }: ModelFacts['input'], channel: number): string {
  return `one count is ${lsb[channel]} ${units[channel]}`.trimEnd();
}

/** What the exported header says of a model beyond its network: where it comes from, what inputs and logits mean. */
export function headerOptionsOf(facts: ModelFacts): Omit<ExportCOptions, 'prefix'> {
  const { head, output } = facts.architecture;
  return { description: descriptionOf(facts), head, every: output === 'every', outputs: facts.outputs };
}

/** Writes the exported C and its test vectors; returns the files' names. */
export async function writeC(
  network: IntegerNetwork,
  facts: ModelFacts,
  prefix: string,
  folder: string,
  optimize?: Optimize,
): Promise<string[]> {
  const files: Record<string, string> = {
    ...exportC(network, { prefix, optimize, ...headerOptionsOf(facts) }),
    ...(facts.detector ? exportDetectorC(network, facts.detector, { prefix, classNames: facts.classNames }) : {}),
    ...frontendFiles(facts, prefix),
    'vectors.json': `${JSON.stringify({ ...testVectors(network, { steps: Math.min(facts.input.steps, 32) }), ...soundVectorsOf(facts) })}\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(joinPath(folder, name), text);
  return Object.keys(files);
}

/**
 * What makes a model's inputs of sound on a device: the integer front end of its features, in the counts that the network reads. A
 * sentence where there is none of such settings; undefined where the inputs are no features of sound.
 */
export function soundInputsOf({ features, input }: ModelFacts): SoundInputs | string | undefined {
  const { sound, stack } = features;
  if (!sound) return undefined;
  try {
    return { sound: integerSound(sound, input.lsb), stack };
  } catch (error) {
    if (error instanceof RangeError) return `features.sound.${error.message.replaceAll('\n', '; features.sound.')}`;
    throw error;
  }
}

/** The files of a model's front end; none where there is no integer one. */
function frontendFiles(facts: ModelFacts, prefix: string): Record<string, string> {
  const inputs = soundInputsOf(facts);
  return typeof inputs === 'object' ? exportFrontend(inputs, { prefix }) : {};
}

/** Their part of `vectors.json`. */
function soundVectorsOf(facts: ModelFacts): { sound?: SoundVectors } {
  const inputs = soundInputsOf(facts);
  return typeof inputs === 'object' ? { sound: soundVectors(inputs.sound) } : {};
}

/** A float model as its C takes it; undefined of an integer model. */
export function floatSourceOf(model: FloatModel): FloatSource;
export function floatSourceOf(model: Model): FloatSource | undefined;
export function floatSourceOf(model: Model): FloatSource | undefined {
  if (model.kind !== 'float') return undefined;
  const { facts, parameters } = model;
  return { architecture: facts.architecture, parameters, affine: facts.features };
}

/** Writes a float model's C in float32; returns the files' names. */
export async function writeFloatC(model: FloatModel, prefix: string, folder: string): Promise<string[]> {
  const { facts } = model;
  const description = descriptionOf(facts, 'counts');
  const files = exportFloatC(floatSourceOf(model), { prefix, ...headerOptionsOf(facts), description });
  for (const [name, text] of Object.entries(files)) await writeFile(joinPath(folder, name), text);
  return Object.keys(files);
}

/** Writes the network as a library for Arduino, PlatformIO, CMake and Zephyr, a folder of the prefix's name; returns its files' paths inside `folder`. */
export async function writeLibrary(
  network: IntegerNetwork,
  facts: ModelFacts,
  prefix: string,
  folder: string,
  optimize?: Optimize,
): Promise<string[]> {
  const { input, features, classNames } = facts;
  const sound = soundInputsOf(facts);
  const files = exportLibrary(network, {
    prefix,
    optimize,
    ...headerOptionsOf(facts),
    names: classNames,
    channels: input.channelNames.map((name, c) => `${name}, ${countOf(input, c)}`),
    stack: features.stack,
    sound: typeof sound === 'object' ? sound : undefined,
    detector: facts.detector,
    steps: input.steps,
    origin: originOf(facts),
  });
  for (const [name, text] of Object.entries(files)) await writeFile(joinPath(folder, prefix, name), text);
  return Object.keys(files).map((name) => joinPath(prefix, name));
}

/** Writes the firmware of a run: the exported C, and the images of an Uno and a Pico where the network fits them. */
export async function writeFirmware(network: IntegerNetwork, facts: ModelFacts, folder: string): Promise<void> {
  await writeC(network, facts, 'model', folder);
  await writeImage(joinPath(folder, 'uno.hex'), async () => (await unoImage(network)).hex);
  await writeImage(joinPath(folder, 'pico.uf2'), () => picoUf2(network));
}

async function writeImage(file: string, make: () => Promise<Uint8Array | string>): Promise<void> {
  try {
    await writeFile(file, await make());
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    await removeFile(file); // too large for the part, as the boards' results say; an earlier network's would mislead
  }
}

/** Fewest steps that a board runs in a proof. */
const proofSteps = 1000;

/**
 * Sequences of a proof, as long as the recordings: inputs that saturate and wander (`testInputs`), then test recordings.
 * They have `proofSteps` steps together, or more.
 */
export function runSequences(network: IntegerNetwork, test: Sequences): ProofSequence[] {
  const { steps, features, count, values, starts, lengths, stepStride } = test;
  const recordings = Math.max(4, Math.ceil(proofSteps / steps) - 8);
  const recorded = Array.from(evenlySpread(count, recordings), (row) => {
    const inputs = new Int16Array(lengths[row] * features);
    for (let t = 0; t < lengths[row]; t++) {
      const from = starts[row] + t * stepStride;
      inputs.set(values.subarray(from, from + features), t * features);
    }
    return { inputs, steps: lengths[row] };
  });
  const missing = proofSteps - recorded.reduce((sum, { steps: own }) => sum + own, 0);
  const sequences = Math.max(8, Math.ceil(missing / steps));
  const made = testInputs(network, { sequences, steps }).map((inputs) => ({ inputs, steps }));
  return [...made, ...recorded];
}

/** Runs every board of the recipe's targets. */
export async function proveBoards(
  network: IntegerNetwork,
  targets: readonly BoardName[],
  sequences: readonly ProofSequence[] = proofSequences(network),
  float?: FloatSource,
  sound?: SoundInputs | string,
): Promise<{ boards: Record<string, Omit<BoardResult, 'skipped'>>; skipped: Record<string, string> }> {
  const boards: Record<string, Omit<BoardResult, 'skipped'>> = {};
  const skipped: Record<string, string> = typeof sound === 'string' ? { frontend: sound } : {};
  const heard = typeof sound === 'object' ? sound : undefined;
  for (const target of targets) {
    const { skipped: reasons, ...builds } = await simulate(network, { board: target, sequences, float, sound: heard });
    boards[target] = builds;
    Object.assign(skipped, reasons);
  }
  return { boards, skipped };
}
