import { breathe, joinPath } from '#platform';
import type { SoundSettings } from '../../features/index.js';
import { Random } from '../../math/index.js';
import { DataError } from '../errors.js';
import type { ColumnRoles, FormatReader } from '../formats/format.js';
import { readerOf } from '../formats/readers.js';
import { featuresOfSound } from '../formats/sound.js';
import { readMaybeGzipped } from '../files.js';
import { titleOf, type Recording } from '../recording.js';
import { checkRates, longestBridge, resampleTo } from '../resample.js';
import type { DataSettings, Source } from '../source.js';
import { divideRecordings, splitStreams, type SplitBy } from '../splits.js';
import { labelOf, type Stretch, type WindowSettings } from '../windows.js';
import { assemble, checkAlike, type Labelled } from './assemble.js';
import { compact } from './compact.js';
import { groupOf, numberGroups } from './groups.js';
import { checkSpans, labelSteps, readLabelFile, spansOf } from './label-file.js';
import { classesOf } from './labels.js';
import { listRecordings, type RecordingFile } from './list.js';
import { soundRecordings } from './sounds.js';

/**
 * Reads a folder of recordings as the settings say. Recordings are divided into a training and a test part (always the same
 * ones: the recipe's seed has no part in it) before they are cut into windows, so that no frame is in both. Where the folder
 * has a test part of its own, that is the test part.
 *
 * @param sound what becomes of sounds; without it their samples are read as they are
 * @throws DataError that names file, place and remedy
 */
export async function loadFolder(
  root: string,
  settings: DataSettings,
  sound: SoundSettings | undefined,
): Promise<Source> {
  const { labels: labelling, targets } = settings;
  const notes: string[] = [];
  const listing = await listRecordings(root, labelling.from === 'folder' && targets === undefined, labelling.file);
  if (listing.passedOver > 0) notes.push(`files with other endings, passed over: ${listing.passedOver}`);
  const { recordings, heard } = await readAll(listing.files, settings, sound, root, notes);
  checkAlike(recordings);
  const classes = classesOf(recordings, settings.window, targets === undefined);
  const classNames = targets ?? classes.classNames;
  if (targets === undefined && classNames.length < 2) {
    const there = classNames.length === 0 ? 'no class' : `one class alone, ${classNames[0]}`;
    throw new DataError(
      `${root} has ${there}; there must be two at least${labelling.from === 'folder' ? ', a subfolder each' : ''}`,
    );
  }
  const labelled: Labelled = { recordings, labels: classes.labels, groups: numberGroups(recordings) };
  const { train, test, drawn } = divide(labelled, settings, root);
  notes.push(
    drawn === undefined
      ? 'test set: the recordings that the folder keeps apart'
      : `test set: ${settings.test} of the recordings, by ${drawn}`,
  );
  const window = windowOf(settings.window);
  const parts = { train: assemble(labelled, train, window), test: assemble(labelled, test, window) };
  for (const [name, { dropped, recorded }] of Object.entries(parts)) {
    if (window) notes.push(`${name}: ${recorded.count} windows of ${window.length} steps, ${window.hop} apart`);
    if (dropped.short > 0) notes.push(`${name}: ${dropped.short} recordings are shorter than a window and left out`);
    if (dropped.unlabelled > 0) notes.push(`${name}: ${dropped.unlabelled} sequences without a class are left out`);
  }
  checkParts(parts.train.recorded.labels, parts.test.recorded.labels, {
    classNames,
    root,
    checked: targets === undefined,
    window,
  });
  const [{ channelNames, units }] = recordings;
  return {
    classNames,
    channelNames,
    units: units.map((unit) => unit || 'as recorded'),
    train: parts.train.recorded,
    test: parts.test.recorded,
    testDrawn: drawn !== undefined,
    ...(heard && { sound }),
    notes,
  };
}

/** All recordings of all files, in the files' order, with class, group and part. */
async function readAll(
  files: readonly RecordingFile[],
  settings: DataSettings,
  sound: SoundSettings | undefined,
  root: string,
  notes: string[],
): Promise<{ recordings: Recording[]; heard: boolean }> {
  const { labels, window } = settings;
  const path = joinPath(root, labels.file ?? '');
  const spans = labels.from === 'file' ? await readLabelFile(path) : undefined;
  if (spans) checkSpans(namesOf(files), spans, path);
  const resampled = { recordings: 0, pauses: 0 };
  const broken: string[] = [];
  const recordings: Recording[] = [];
  const toFeatures = sound && featuresOfSound(sound);
  let heard = false;
  const read = async (file: RecordingFile) => {
    const { reader, own } = await readOne(file, settings);
    const isCut = reader.isSound === true && window.length === undefined; // each span is a recording
    heard ||= reader.isSound === true;
    const frames = reader.isSound
      ? own.flatMap((raw) =>
          soundRecordings(raw, settings, toFeatures, isCut && spans ? (spansOf(file.file, spans) ?? []) : undefined),
        )
      : own;
    for (const one of frames.flatMap((each) => atRate(each, settings.rate, resampled))) {
      const recording = { ...one, values: compact(one.values), part: one.part ?? file.part };
      const labelled = {
        ...recording,
        label: file.className ?? recording.label,
        group: groupOf(recording, file.group, settings.groupBy),
      };
      recordings.push(spans && !isCut ? labelSteps(labelled, file.file, spans) : labelled);
    }
  };
  for (const file of files) {
    try {
      await read(file);
    } catch (error) {
      if (settings.broken !== 'skip' || !(error instanceof DataError)) throw error;
      broken.push(error.message);
    }
    await breathe();
  }
  if (recordings.length === 0) throw new DataError(`${root}: no recording is left${broken[0] ? `; ${broken[0]}` : ''}`);
  checkRates(recordings);
  if (broken.length > 0) notes.push(`files left out (data.broken): ${broken.length}`, ...broken.slice(0, mostNamed));
  if (resampled.recordings > 0) {
    notes.push(
      `${resampled.recordings} recordings were brought to ${settings.rate} steps a second by linear interpolation, and divided at ${resampled.pauses} pauses of more than ${longestBridge} steps`,
    );
  }
  return { recordings, heard };
}

/** So many broken files are named; the others are counted. */
const mostNamed = 20;

function namesOf(files: readonly RecordingFile[]): string[] {
  return files.map(({ file }) => file);
}

async function readOne(
  { path }: RecordingFile,
  settings: DataSettings,
): Promise<{ readonly reader: FormatReader; readonly own: readonly Recording[] }> {
  const reader = readerOf(path);
  if (!reader) throw new Error(`${path} was listed and has no reader`);
  return { reader, own: await reader.read(await readMaybeGzipped(path), path, rolesOf(settings)) };
}

function atRate(
  recording: Recording,
  rate: number | undefined,
  count: { recordings: number; pauses: number },
): readonly Recording[] {
  if (rate === undefined) return [recording];
  const { recordings, changed } = resampleTo(recording, rate);
  if (changed) count.recordings++;
  count.pauses += recordings.length - 1;
  return recordings;
}

/** What the columns of tables are for. */
function rolesOf(settings: DataSettings): ColumnRoles {
  const { labels, time, groupBy } = settings;
  return {
    time: time.column,
    timeUnit: time.unit,
    label: labels.from === 'column' ? labels.column : undefined,
    targets: settings.targets,
    group: groupBy.from === 'column' ? groupBy.column : undefined,
    recording: settings.recordingColumn,
    channels: settings.channels,
    missing: settings.missing,
  };
}

/** The windows of a recipe: half a window apart without another hop. */
function windowOf({ length, hop, label, shortest }: DataSettings['window']): WindowSettings | undefined {
  return length === undefined ? undefined : { length, hop: hop ?? Math.max(1, length >> 1), label, shortest };
}

/** Which stretches of recordings are for training and which for the test. */
function divide(
  { recordings, labels, groups }: Labelled,
  settings: DataSettings,
  root: string,
): { train: Stretch[]; test: Stretch[]; drawn: SplitBy | undefined } {
  const whole = recordings.map(({ steps }, recording): Stretch => ({ recording, from: 0, to: steps }));
  const given = recordings.some(({ part }) => part !== undefined);
  if (given) {
    const stray = recordings.find(({ part }) => part === undefined);
    if (stray)
      throw new DataError(`${titleOf(stray)} is in no part, others are in train or test; move it into one of the two`);
    const of = (part: 'train' | 'test') => whole.filter(({ recording }) => recordings[recording].part === part);
    return { train: of('train'), test: of('test'), drawn: undefined };
  }
  const by: SplitBy = settings.testBy ?? (settings.validationBy === 'official' ? 'random' : settings.validationBy);
  const units = {
    labels: Int32Array.from(labels, (own) =>
      typeof own === 'number'
        ? own
        : labelOf(
            own.filter((l) => l >= 0),
            'majority',
          ),
    ),
    groups,
  };
  const { kept, apart } = divideRecordings(
    recordings.map(({ steps }) => steps),
    units,
    { fraction: settings.test, by, random: new Random(0, splitStreams.test) },
  );
  if (apart.length === 0) {
    throw new DataError(
      `${root}: no class has two recordings, so there are none for a test set; record more, or set data.testBy to time to keep the end of each apart`,
    );
  }
  return { train: kept, test: apart, drawn: by };
}

/** Both parts must have sequences, and the test part no class that training doesn't know. */
function checkParts(
  train: Int32Array,
  test: Int32Array,
  about: {
    readonly classNames: readonly string[];
    readonly root: string;
    readonly checked: boolean;
    readonly window: WindowSettings | undefined;
  },
): void {
  const { classNames, root, checked, window } = about;
  const remedy = window ? `; windows of ${window.length} steps may be too long (data.window.length)` : '';
  if (train.length === 0) throw new DataError(`${root}: no sequence is left to train on${remedy}`);
  if (test.length === 0) throw new DataError(`${root}: no sequence is left for the test${remedy}`);
  if (!checked) return;
  const known = new Set(train);
  const stray = test.find((label) => !known.has(label));
  if (stray !== undefined) {
    throw new DataError(
      `${root}: the class ${classNames[stray]} has test recordings but none for training; add some, or take it out`,
    );
  }
}
