import { kindOf, listDirectory, joinPath } from '#platform';
import { DataError, readSound, streamFrames, type Dataset } from '../../data/index.js';
import { DetectorError, eventsOf, marginBitsOf, scoreBits, type DetectorSettings } from '../../detector/index.js';
import { powerOfTwo } from '../../math/index.js';
import type { StreamMetrics } from '../../report/index.js';
import type { IntegerModel, ModelFacts } from '../models.js';
import { frameSeconds, gapFrames, heardRecordings, joinedFrames, lateFrames, splitWords } from './detector.js';
import { streamMetrics, type HeardStream } from './evaluate.js';
import { StreamEar, type StreamFrames } from './network.js';
import { hearSounds, testSounds, type SoundOptions } from './sounds.js';
import { spokenTrack, wordStream } from './words.js';

export interface StreamOptions extends SoundOptions {
  /** Sound files, or folders of them, of the user's own: their events are listed. */
  readonly recordings?: readonly string[] | undefined;
  /** Whether background and speech are heard; without it the data set's other test recordings are. */
  readonly sounds: boolean;
  /** Told how far the hearing is. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** The detector of a model file, and where there is none the remedy. */
export function detectorIn({ detector }: Pick<ModelFacts, 'detector'>, path: string): DetectorSettings {
  if (detector) return detector;
  throw new DetectorError(
    `${path} has no detector; run a recipe with the section detector, and give the run's integer.safetensors`,
  );
}

/** Judges a model's detector on streams: its data set's test words, other sounds, and recordings of the user's own. */
export async function evaluateStream(
  model: IntegerModel,
  settings: DetectorSettings,
  dataset: Dataset,
  options: StreamOptions,
): Promise<StreamMetrics> {
  const ear = await StreamEar.of(model, settings);
  const { words, others } = splitWords(dataset.test, Uint32Array.from(dataset.test.labels.keys()), settings.wake);
  const heard: HeardStream[] = [];
  const between: StreamFrames[] = [];
  if (options.sounds) {
    const sound = soundOf(model.facts);
    for (const source of await testSounds(options)) {
      let first = true;
      const [stream] = await hearSounds([ear], source, model.facts.input.lsb, sound, (seconds, frames) => {
        options.onProgress?.(`${source.name}: ${(seconds / 3600).toFixed(1)} of ${source.hours} h`);
        if (first) between.push(frames);
        first = false;
      });
      heard.push(stream);
    }
  } else if (others.length > 0) {
    const frames = joinedFrames(dataset.test, others);
    between.push(frames);
    if (frameSeconds(model.facts) !== undefined) heard.push(heardRecordings(ear, model, frames, 'other recordings'));
  }
  const tracks =
    words.length > 0
      ? [spokenTrack(ear, wordStream(dataset.test, words, between, gapFrames, options.seed), lateFrames)]
      : [];
  return {
    ...streamMetrics(model, settings, tracks, heard),
    ...(options.recordings ? { recordings: await eventsIn(ear, model, settings, options.recordings) } : {}),
  };
}

function soundOf({ features }: ModelFacts) {
  if (features.sound?.rate === 16_000) return features.sound;
  throw new DataError(
    features.sound
      ? `the model listens at ${features.sound.rate} Hz, background and speech are at 16000`
      : 'the model was not trained on sound (features.sound), so no sound can be heard by it',
  );
}

/** The events of each recording. */
async function eventsIn(
  ear: StreamEar,
  model: IntegerModel,
  settings: DetectorSettings,
  paths: readonly string[],
): Promise<NonNullable<StreamMetrics['recordings']>> {
  const { facts, network } = model;
  const sound = soundOf(facts);
  const seconds = sound.hop / 1000;
  const unit = powerOfTwo(-marginBitsOf(network, settings));
  const files: string[] = [];
  for (const path of paths) {
    if ((await kindOf(path)) !== 'directory') files.push(path);
    else for (const name of await listDirectory(path)) if (!name.startsWith('.')) files.push(joinPath(path, name));
  }
  const recordings = [];
  for (const file of files) {
    const samples = await readSound(file, sound.rate);
    const track = ear.hear(await streamFrames(samples, facts.input.lsb, sound));
    recordings.push({
      file,
      seconds: samples.length / sound.rate,
      events: eventsOf(track, settings).map(({ push, word }) => ({
        seconds: ear.framesAt(push) * seconds,
        word: facts.classNames[word],
        score: (track.scores[push] / 2 ** scoreBits) * unit,
      })),
    });
  }
  return recordings;
}
