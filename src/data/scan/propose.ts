import { boardNames } from '../../recipe/light.js';
import { isSoundFormat } from '../formats/readers.js';
import type { FolderFacts } from './facts.js';

/** A line of a proposed recipe: what stands there, and why. */
export interface ProposedLine {
  /** Group and name: `training.batchSize`. */
  readonly field: string;
  readonly value: unknown;
  readonly why?: string | undefined;
}

/** Recordings longer than this are cut into windows. */
const longRecording = 600;
/** Without a rate, windows of so many steps; with one, of so many seconds. */
const windowSteps = 128;
const windowSeconds = 2.56;

/**
 * A recipe for a folder: settings that are known to work for recordings of the kind, sized to how many there are. Sensors get
 * the settings of the shipped recipe for human activities, sounds those of spoken words.
 *
 * @param path the folder as the recipe is to name it
 */
export function proposeRecipe(facts: FolderFacts, path: string): ProposedLine[] {
  const window = windowOf(facts);
  const sequences = countSequences(facts, window);
  return [
    ...dataLines(facts, path, window, sequences),
    ...(isSound(facts) ? soundLines(facts, sequences) : sensorLines(facts, window, sequences)),
    ...balanceLines(facts),
    { field: 'targets', value: [...boardNames], why: 'boards for which firmware is made; [] for none' },
  ];
}

function isSound({ formats }: FolderFacts): boolean {
  return formats.some(({ name }) => isSoundFormat(name));
}

/** Where the channels must be listed since the tables hold other columns too, or their order would be left to chance. */
function listsChannels({ layout, roles }: FolderFacts): boolean {
  return layout !== 'format' && (roles.ignored.length > 0 || (layout === 'folder' && roles.recording !== undefined));
}

function dataLines(
  facts: FolderFacts,
  path: string,
  window: { length: number; hop: number } | undefined,
  sequences: number,
): ProposedLine[] {
  const { layout, roles, groupBy, lengths } = facts;
  const lines: ProposedLine[] = [
    { field: 'data.name', value: 'folder' },
    { field: 'data.path', value: path, why: 'relative to this file' },
    { field: 'data.labels.from', value: layout === 'none' ? 'folder' : layout, why: whereLabels(facts) },
  ];
  if (layout === 'column') lines.push({ field: 'data.labels.column', value: roles.label });
  if (layout === 'file') lines.push({ field: 'data.labels.file', value: facts.labelFile });
  if (roles.time !== undefined) {
    lines.push({ field: 'data.time.column', value: roles.time });
    if (roles.timeUnit)
      lines.push({ field: 'data.time.unit', value: roles.timeUnit, why: 'guessed from its name and steps' });
  }
  if (facts.resample !== undefined) {
    lines.push({
      field: 'data.rate',
      value: facts.resample,
      why: 'steps a second; recordings are brought to it, since theirs differ',
    });
  }
  if (listsChannels(facts)) {
    const others = roles.ignored.map((name) => name || '(no name)').join(', ');
    lines.push({ field: 'data.channels', value: roles.channels, why: others ? `left out: ${others}` : undefined });
  }
  if (roles.recording !== undefined && layout !== 'format') {
    lines.push({ field: 'data.recordingColumn', value: roles.recording, why: 'a recording ends where it changes' });
  }
  if (groupBy.from !== 'none') {
    lines.push({ field: 'data.groupBy.from', value: groupBy.from, why: `${groupBy.groups} persons or devices` });
    if (groupBy.from === 'column') lines.push({ field: 'data.groupBy.column', value: roles.group });
    if (groupBy.from === 'name') lines.push({ field: 'data.groupBy.pattern', value: groupBy.pattern });
  }
  if (facts.missing.values > 0) {
    lines.push({
      field: 'data.missing',
      value: 'hold',
      why: `${facts.missing.values} values are missing: the one before is taken; drop leaves the step out`,
    });
  }
  if (window) {
    lines.push(
      { field: 'data.window.length', value: window.length, why: `steps${secondsOf(window.length, facts)}` },
      { field: 'data.window.hop', value: window.hop, why: 'from one window to the next' },
      { field: 'data.window.label', value: 'majority' },
    );
    if (lengths.min < window.length)
      lines.push({ field: 'data.window.shortest', value: 'keep', why: 'some recordings are shorter' });
    if (facts.nullClass !== undefined) {
      lines.push(
        { field: 'data.window.nullClass', value: facts.nullClass },
        { field: 'data.window.keepNull', value: true, why: 'false leaves its windows out' },
      );
    }
  }
  const by = splitBy(facts, window !== undefined);
  lines.push(
    { field: 'data.validation', value: by.kind === 'group' || sequences >= 2000 ? 0.1 : 0.2 },
    { field: 'data.validationBy', value: by.kind, why: by.why },
  );
  if (!facts.hasTest)
    lines.push({ field: 'data.test', value: 0.2, why: 'kept apart for the figures, in the same way' });
  return lines;
}

function whereLabels({ layout, classes }: FolderFacts): string {
  const count = `${classes.length} classes`;
  switch (layout) {
    case 'folder':
      return `a subfolder a class: ${count}`;
    case 'column':
      return `a column has the class of each step: ${count}`;
    case 'file':
      return `a table has start, end and label: ${count}`;
    case 'format':
      return `the files hold them: ${count}`;
    case 'none':
      return 'no classes were found; make a subfolder for each';
  }
}

function secondsOf(steps: number, { resample, rate }: FolderFacts): string {
  const perSecond = resample ?? rate?.median;
  return perSecond ? `, ${(steps / perSecond).toPrecision(3)} s` : '';
}

function splitBy(
  { groupBy, layout, recordings, lengths, classes }: FolderFacts,
  windows: boolean,
): { kind: string; why: string } {
  if (groupBy.groups >= 4) return { kind: 'group', why: 'people or devices that the network has not seen' };
  const few = layout === 'folder' ? Math.max(8, 4 * classes.length) : 4; // elsewhere a recording has many classes
  if (windows && recordings < few && lengths.min > 0) {
    return { kind: 'time', why: 'the end of each recording: there are too few recordings to keep some apart' };
  }
  if (windows && layout !== 'folder') return { kind: 'recording', why: 'whole recordings' };
  return { kind: 'random', why: 'whole recordings, of each class alike' };
}

/** Long recordings, and those whose class changes, are cut. */
function windowOf(facts: FolderFacts): { length: number; hop: number } | undefined {
  const { layout, lengths, rate, resample } = facts;
  if (isSound(facts)) return undefined;
  if (layout !== 'column' && layout !== 'file' && lengths.max <= longRecording) return undefined;
  if (layout === 'format') return undefined;
  const perSecond = resample ?? rate?.median;
  const stretch = resample !== undefined && rate ? resample / rate.median : 1;
  const wanted = perSecond === undefined ? windowSteps : nearestPower(windowSeconds * perSecond);
  const length = Math.max(4, Math.min(wanted, Math.floor((lengths.median * stretch) / 4)));
  return { length, hop: Math.max(1, length >> 1) };
}

/** The power of two from 16 to 256 that is nearest by ratio. */
function nearestPower(steps: number): number {
  let power = 16;
  while (power < 256 && power * Math.SQRT2 < steps) power *= 2;
  return power;
}

function countSequences(
  { recordings, lengths }: FolderFacts,
  window: { length: number; hop: number } | undefined,
): number {
  if (!window) return recordings;
  return recordings * Math.max(1, Math.floor((lengths.median - window.length) / window.hop) + 1);
}

function sensorLines(facts: FolderFacts, window: { length: number } | undefined, sequences: number): ProposedLine[] {
  const channels = facts.roles.channels.length;
  const steps = window?.length ?? facts.lengths.median;
  const frames = !window && steps > 256 ? Math.max(1, Math.min(Math.round(steps / 128), Math.floor(64 / channels))) : 1;
  const inputs = channels * frames;
  const few = sequences < 300;
  const lines: ProposedLine[] = [{ field: 'features.normalise', value: 'channel' }];
  if (frames > 1)
    lines.push({
      field: 'features.stack.frames',
      value: frames,
      why: `long recordings are read ${frames} steps at a time`,
    });
  lines.push(
    { field: 'network.cell', value: 'FastGRNN' },
    { field: 'network.hiddenSize', value: few ? 24 : 64 },
    { field: 'network.wRank', value: few || inputs <= 16 ? 0 : 8 },
    { field: 'network.uRank', value: few ? 8 : 0 },
    { field: 'network.gate', value: 'hardSigmoid4' },
    { field: 'network.update', value: 'hardTanh' },
  );
  const batch = sequences < 500 ? 32 : sequences < 2000 ? 64 : 128;
  const epochs = few ? 100 : epochsFor(sequences, batch);
  lines.push(
    {
      field: 'training.epochs',
      value: [epochs, 0, 0],
      why: `for about ${sequences} sequences`,
    },
    ...(few
      ? []
      : [
          {
            field: 'training.roundedEpochs',
            value: Math.round((3 / 7) * epochs),
            why: 'with weights as they are stored',
          },
          { field: 'training.earlyStopping', value: false, why: 'the last epoch counts' },
        ]),
    { field: 'training.batchSize', value: batch },
    { field: 'training.learningRate', value: few ? 0.01 : 0.014 },
    { field: 'training.weightDecay', value: few ? 0.01 : 0.05 },
    { field: 'training.clip', value: 1 },
    { field: 'training.retrain', value: true, why: 'after validation, again on all training recordings' },
  );
  if (inTriples(facts)) {
    lines.push({
      field: 'training.augment.rotate',
      value: 5,
      why: 'degrees; the channels are taken for the x, y, z of sensors, which are never mounted at quite the same angle',
    });
    if (!few) {
      lines.push({
        field: 'training.augment.mixup',
        value: 0.5,
        why: 'every other recording is mixed with up to half of another one',
      });
    }
  }
  if (!few) lines.push({ field: 'integer.weightBits', value: 4, why: 'half a byte a weight' });
  return lines;
}

/** As many updates as the shipped recipe for human activities makes before it rounds, within reason. */
function epochsFor(sequences: number, batch: number): number {
  const updates = 3600;
  return Math.min(
    300,
    Math.max(20, 10 * Math.round((updates * batch) / sequences / 10) || 20, sequences < 12_000 ? 70 : 20),
  );
}

/** Channels named …x, …y, …z, or without names three, six or nine of them. */
function inTriples({ roles: { channels } }: FolderFacts): boolean {
  if (channels.length === 0 || channels.length % 3 !== 0) return false;
  if (channels.every((name) => /^(column|channel) \d+$/.test(name))) return channels.length <= 9;
  return channels.every((name, i) => {
    const axis = 'xyz'[i % 3];
    const bare = name.replace(/\s*[([].*$/, '');
    return new RegExp(`(^|[^a-z])${axis}([^a-z]|$)|^[a-z]{1,4}${axis}$|${axis}$`, 'i').test(bare);
  });
}

function soundLines(facts: FolderFacts, sequences: number): ProposedLine[] {
  const { lengths, rate } = facts;
  const seconds = (samples: number) => samples / (rate?.median ?? 16_000);
  const longest = Math.ceil(10 * seconds(lengths.median)) / 10;
  const isCut = facts.layout === 'folder' && lengths.max > lengths.min && longest <= 5;
  return [
    { field: 'features.sound.kind', value: 'logMel', why: '32 log mel energies each 10 ms' },
    ...(isCut
      ? [
          {
            field: 'data.clipSeconds',
            value: longest,
            why: `sounds last ${seconds(lengths.min).toPrecision(3)} to ${seconds(lengths.max).toPrecision(3)} s; longer ones are cut, shorter ones filled up`,
          },
          { field: 'data.clipAt', value: 'loudest', why: 'which stretch is kept' },
        ]
      : []),
    ...(facts.broken > 0
      ? [{ field: 'data.broken', value: 'skip', why: `${facts.broken} files can't be read; error stops at the first` }]
      : []),
    { field: 'features.normalise', value: 'channel' },
    { field: 'features.stack.frames', value: 2, why: 'the network reads 20 ms at a time' },
    { field: 'network.cell', value: 'FastGRNN' },
    { field: 'network.hiddenSize', value: 40 },
    { field: 'network.wRank', value: 8 },
    { field: 'network.uRank', value: 8 },
    { field: 'network.gate', value: 'hardSigmoid4' },
    { field: 'network.update', value: 'hardTanh' },
    { field: 'training.epochs', value: [sequences < 5000 ? 100 : 60, 0, 0], why: `for about ${sequences} sounds` },
    { field: 'training.batchSize', value: sequences < 500 ? 32 : 64 },
    { field: 'training.learningRate', value: 0.01 },
    { field: 'training.weightDecay', value: 0.005 },
    { field: 'training.clip', value: 1 },
    { field: 'training.retrain', value: true, why: 'after validation, again on all training recordings' },
    { field: 'training.augment.shift', value: 10, why: 'frames of 10 ms' },
  ];
}

/** One class at least twice as large as another. */
function balanceLines({ classes }: FolderFacts): ProposedLine[] {
  const counts = classes.map(({ count }) => count);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  if (classes.length < 2 || most < 2 * least) return [];
  const name = (count: number) => classes.find((entry) => entry.count === count)?.name;
  return [
    {
      field: 'training.balance',
      value: 'weights',
      why: `${name(most)} is ${(most / least).toPrecision(2)} times as frequent as ${name(least)}: every class counts the same`,
    },
  ];
}
