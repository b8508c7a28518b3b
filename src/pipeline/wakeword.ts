import { HostError, joinPath, kindOf, sha256, writeFile } from '#platform';
import { canonicalJson, RecipeError } from '../recipe/index.js';
import {
  installedSynthesisers,
  makeClips,
  phraseProblem,
  readSounds,
  missingSynthesisers,
  type Installed,
  type MadeClips,
} from '../synthesis/index.js';
import type { Listener } from './events.js';
import { keptResult, type Kept } from './kept.js';
import { prepareFolder, type RunOptions } from './open.js';
import { runRecipe, type FinishedRun } from './run.js';

/** What a wake word is made of, beside a run's options. */
export interface WakewordOptions extends Omit<RunOptions, 'recipe' | 'out'> {
  readonly phrase: string;
  readonly out: string;
  /** Clips of the phrase; 2.5 times as many of other speech come beside them. */
  readonly count: number;
  /** Folders of one's own recordings: the phrase, a file each; anything else; noise without speech. */
  readonly clips?: string | undefined;
  readonly others?: string | undefined;
  readonly noise?: string | undefined;
}

/** What lies beside clips: whose they are, and how many. */
interface KeptClips extends Kept {
  readonly made: MadeClips;
}

/** A finished wake word. */
export interface FinishedWakeword extends FinishedRun {
  /** The recipe that was run, beside its clips. */
  readonly recipe: string;
  readonly clips: MadeClips;
}

/** The network and its training: at most 1 KB in the paper's accounting. */
const recipeText = (
  phrase: string,
  seed: number,
  noisy: boolean,
) => `# The wake word "${phrase}", trained on speech of synthesisers${noisy ? ' and recordings of your own' : ''}.
# The clips lie beside this file, in wake and other; listen to some. Put more of your own into either and run this recipe again.
seed: ${seed}
data:
  name: folder
  path: .
  groupBy: # a file's name begins with its voice
    from: name
    pattern: '^(.+)_[0-9]+[.]wav$'
  validation: 0.1
  validationBy: group # voices that the network has not heard
  test: 0.1
features:
  normalise: global
  stack: # a network step reads two frames
    frames: 2
network:
  cell: FastGRNN
  hiddenSize: 32
  wRank: 8
  uRank: 8
  gate: sigmoid8
  update: tanh8
training:
  epochs: [40, 0, 0]
  roundedEpochs: 30 # with weights as they are stored
  batchSize: 64
  learningRate: 0.01
  weightDecay: 0.15 # voices of synthesisers are few: what is peculiar to them must not be learnt
  balance: weights
  earlyStopping: false
  augment:
    shift: 10
    stretch: 0.15
    warp: 0.1
    loudness: 6
    maskFrames: 20
    maskChannels: 6
integer:
  weightBits: 4
`;

/**
 * A first network for a wake word without a recording: speech of the synthesisers that are installed here, and the user's own
 * clips where there are some, made into clips in `out`/clips; a recipe beside them; and its run into `out`.
 * Clips that were made from the same options are kept.
 *
 * @throws RecipeError where the phrase can't be one; HostError where no synthesiser is installed
 */
export async function makeWakeword(options: WakewordOptions): Promise<FinishedWakeword> {
  const { phrase, out, listener = () => undefined, seed = 0 } = options;
  const problem = phraseProblem(phrase);
  if (problem !== undefined)
    throw new RecipeError(`the phrase ${JSON.stringify(phrase)} can't be a wake word: ${problem}`);
  const installed = await installedSynthesisers();
  if (installed.length === 0) {
    const packages = missingSynthesisers([])
      .map((one) => one.packages)
      .join(' ');
    throw new HostError(`no speech synthesiser is installed here; on Debian and Ubuntu: apt install ${packages}`);
  }
  await prepareFolder(out);
  const directory = joinPath(out, 'clips');
  const clips = await clipsIn(directory, options, installed, seed, listener);
  const recipe = joinPath(directory, 'recipe.yaml');
  if ((await kindOf(recipe)) === undefined) {
    await writeFile(recipe, recipeText(phrase, seed, options.clips !== undefined || options.others !== undefined));
  }
  const run = await runRecipe({ ...options, recipe, out });
  return { ...run, recipe, clips };
}

/** Makes the clips, or finds that they have been made. */
async function clipsIn(
  directory: string,
  { phrase, count, clips, others, noise }: WakewordOptions,
  installed: readonly Installed[],
  seed: number,
  listener: Listener,
): Promise<MadeClips> {
  const own = {
    wake: clips === undefined ? [] : await readSounds(clips, '--clips'),
    other: others === undefined ? [] : await readSounds(others, '--others'),
  };
  const noises = noise === undefined ? [] : await readSounds(noise, '--noise');
  const hashes = await Promise.all([own.wake, own.other, noises].map((sounds) => hashOf(sounds)));
  const voices = installed.map(({ synthesiser, voices: all }) => [synthesiser.name, all]);
  const identity = await sha256(new TextEncoder().encode(canonicalJson({ phrase, count, seed, hashes, voices })));
  const done = joinPath(directory, 'clips.json');
  const kept = (await keptResult<KeptClips>(done, identity))?.made;
  if (kept) {
    listener({
      kind: 'step',
      text: `clips: kept, ${kept.wake} of the phrase and ${kept.other} others in ${directory}`,
    });
    return kept;
  }
  if ((await kindOf(done)) !== undefined) {
    throw new HostError(`${directory} holds clips of other options; name another folder by --out, or remove it`);
  }
  const names = installed.map(
    ({ synthesiser, voices: all }) => `${synthesiser.name} (${all.length} voices, ${synthesiser.licence})`,
  );
  listener({ kind: 'step', text: `speaking: ${names.join(', ')}` });
  for (const { name, packages } of missingSynthesisers(installed)) {
    listener({
      kind: 'note',
      text: `${name} isn't installed; more voices make a better network: apt install ${packages}`,
    });
  }
  const made = await makeClips(directory, {
    ...{ phrase, installed, seed, noises, own },
    ...{ wake: count, other: Math.round(2.5 * count), quiet: Math.round(count / 8) },
    progress: (part, of) => listener({ kind: 'share', what: 'clips', done: Math.floor(part), of }),
  });
  if (made.wake === 0) throw new HostError(`no synthesiser could speak ${JSON.stringify(phrase)}`);
  await writeFile(done, `${JSON.stringify({ identity, made } satisfies KeptClips, undefined, 2)}\n`);
  return made;
}

async function hashOf(sounds: readonly Float64Array[]): Promise<string[]> {
  return Promise.all(
    sounds.map(({ buffer, byteOffset, byteLength }) => sha256(new Uint8Array(buffer, byteOffset, byteLength))),
  );
}
