import * as z from 'zod/mini';
import { choice, field, flag, fraction, optional } from '../fields.js';

const lsb = z.union([
  z.literal('auto'),
  z.number().check(z.gt(0), z.lte(1e30)),
  z.array(z.number().check(z.gt(0), z.lte(1e30))).check(z.minLength(1), z.maxLength(255)),
]);

const text = z.string().check(z.minLength(1));
const splits = ['random', 'group', 'recording', 'time'] as const;
const withOfficial = [...splits, 'official'] as const;

/** A regular expression with a group to capture. */
function capturesSomething(pattern: string): boolean {
  try {
    return (new RegExp(`${pattern}|`).exec('')?.length ?? 0) > 1;
  } catch {
    return false; // the rule says what it must be
  }
}

/** Which recordings, and how they are divided. */
export const data = z.strictObject({
  name: choice(
    'The data set, or folder for recordings of your own.',
    ['mnist-rows', 'uci-har', 'speech-commands', 'wake-words', 'folder'],
    'mnist-rows',
  ),
  path: field(
    z.optional(text),
    'folder: where the recordings lie, relative to the recipe file.',
    'the path of a folder',
  ),
  labels: z.prefault(
    z.strictObject({
      from: choice(
        'folder: where the classes stand: the name of the subfolder, a column of the tables, a file of (start, end, label), or the format itself (.ts, .arff, the y of .npz).',
        ['folder', 'column', 'file', 'format'],
        'folder',
      ),
      column: field(
        z.optional(text),
        'labels.from column: the column with the class of each step.',
        'the name of a column',
      ),
      file: field(
        z.optional(text),
        'labels.from file: a table (CSV, or JSON: a list of objects) of label, file, and start and end in seconds; relative to data.path. Of sounds without windows each row is a recording.',
        'the path of a file',
      ),
    }),
    {},
  ),
  time: z.prefault(
    z.strictObject({
      column: field(z.optional(text), 'folder: the column with the time of each step.', 'the name of a column'),
      unit: field(
        z.optional(z.enum(['s', 'ms', 'us', 'ns'])),
        'folder: the unit of the time, where it is a number; guessed from its steps without.',
        'one of s, ms, us, ns',
      ),
    }),
    {},
  ),
  rate: field(
    z.optional(z.number().check(z.gt(0), z.lte(1e9))),
    'folder: steps a second. Recordings with a time or a rate of their own are resampled to it by linear interpolation.',
    'a number above 0, at most 1000000000',
  ),
  channels: field(
    z.optional(z.array(text).check(z.minLength(1), z.maxLength(255))),
    'folder: the columns that the network reads, in this order; without it all columns of numbers without another role.',
    'a list of names of columns, as in [ax, ay, az]',
  ),
  targets: field(
    z.optional(z.array(text).check(z.minLength(1), z.maxLength(255))),
    'folder: the columns that the network is to give at each step, for a regression or sigmoid head; they are not read by it.',
    'a list of names of columns, as in [temperature]',
  ),
  recordingColumn: field(
    z.optional(text),
    'folder: a column that divides a table into recordings: a new one begins wherever its value changes.',
    'the name of a column',
  ),
  groupBy: z.prefault(
    z.strictObject({
      from: choice(
        'folder: where the group (person, device) of a recording stands: the subfolder of its class folder, where there is one, a column, its file name, or nowhere.',
        ['folder', 'column', 'name', 'none'],
        'folder',
      ),
      column: field(z.optional(text), 'groupBy.from column: the column with the group.', 'the name of a column'),
      pattern: field(
        z.optional(text.check(z.refine(capturesSomething))),
        "groupBy.from name: a regular expression on the file's name whose first pair of parentheses holds the group.",
        "a regular expression with parentheses around the group, as in '^(p[0-9]+)_'",
      ),
    }),
    {},
  ),
  clipSeconds: optional(
    z.number().check(z.gt(0), z.lte(3600)),
    'folder: the length to which sounds are cut or filled up with silence, in seconds; without it they stay as they are.',
    'a number of seconds above 0, at most 3600',
  ),
  clipAt: optional(
    z.enum(['start', 'middle', 'loudest']),
    'folder, with clipSeconds: which part of a longer sound is kept: its start (without it), its middle or its loudest stretch. Shorter sounds stand at the start, with middle and loudest in the middle.',
    'one of start, middle, loudest',
  ),
  broken: optional(
    z.enum(['error', 'skip']),
    'folder: what to do with a file that is damaged or of no known kind: stop (without it), or leave it out and say so.',
    'one of error, skip',
  ),
  missing: choice(
    'folder: what to do where a value is missing: refuse the file, hold the last value, or drop the step.',
    ['error', 'hold', 'drop'],
    'error',
  ),
  window: z.prefault(
    z.strictObject({
      length: field(
        z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
        'folder: cut recordings into windows of so many steps; without it each recording is one sequence.',
        'an integer from 1 to 1000000',
      ),
      hop: field(
        z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
        'Steps from the start of one window to the start of the next; without it half of the length.',
        'an integer from 1 to 1000000',
      ),
      label: choice(
        'The class of a window: that of most of its steps, or of its last step.',
        ['majority', 'end'],
        'majority',
      ),
      nullClass: field(
        z.optional(text),
        'The class that stands for nothing in particular; steps without a class count as it.',
        'the name of a class',
      ),
      keepNull: flag('Whether windows of the null class are a class of their own, or are left out.', false),
      shortest: choice(
        'What to do with recordings that are shorter than a window: leave them out, or keep them as they are.',
        ['drop', 'keep'],
        'drop',
      ),
    }),
    {},
  ),
  classes: optional(
    z.enum(['google12', 'google30', 'google35']),
    'speech-commands: the classes: ten commands, other words and silence (without it), or each word of version 0.01 or 0.02 a class.',
    'one of google12, google30, google35',
  ),
  subset: optional(
    z.enum(['all', 'lossless']),
    'speech-commands, wake-words: train on all clips (without it), or without those that are coded with loss.',
    'one of all, lossless',
  ),
  version: optional(
    z.enum(['v0.01', 'v0.02']),
    'speech-commands: which archive, of those that data get fetched; without it the folder speech-commands, else the newest there is.',
    'one of v0.01, v0.02',
  ),
  silence: optional(
    z.int().check(z.gte(0), z.lte(100_000)),
    'speech-commands: how many clips of silence are cut from the background noise for training; without it as many as a command has on average.',
    'an integer from 0 to 100000',
  ),
  fold: optional(
    z.int().check(z.gte(0), z.lte(4)),
    'wake-words: which of the five folds is the test set; without it the first, 0.',
    'an integer from 0 to 4',
  ),
  negatives: optional(
    z.int().check(z.gte(0), z.lte(100_000)),
    'wake-words: how many words of speech-commands are trained on beside the other phrases; without it 1500.',
    'an integer from 0 to 100000',
  ),
  phrases: optional(
    z.enum(['together', 'apart']),
    'wake-words: whether the four other phrases are one class together with the words of speech-commands (without it), or a class each.',
    'one of together, apart',
  ),
  merge: field(
    z.optional(z.record(z.string(), z.array(z.string()).check(z.minLength(1)))),
    'uci-har, speech-commands and folder: new classes by name, each with the list of the classes that it is made of.',
    'a map from each new class to the list of its members, as in {still: [SITTING, LAYING], moving: [WALKING]}',
  ),
  validation: fraction('The part of the training recordings that is kept apart for validation.', 0.2, 'zero allowed'),
  validationBy: choice(
    "What validation keeps apart: recordings at random within each class, whole groups such as persons, recordings whatever their class, the end of each recording's time, or what the data's own makers keep apart (speech-commands, where it is the default).",
    withOfficial,
    'random',
  ),
  test: fraction(
    'folder without a test part of its own: the part of the recordings that is kept apart as the test set.',
    0.2,
    'above zero',
  ),
  testBy: field(
    z.optional(z.enum(splits)),
    'folder without a test part of its own: what the test set keeps apart; without it the same as validationBy.',
    `one of ${splits.join(', ')}`,
  ),
  input: z.prefault(
    z.strictObject({
      lsb: field(
        z._default(lsb, 'auto'),
        'The physical value of one count of the int16 input: one number, one a channel, or auto.',
        'auto, a positive number, or a list of positive numbers, one a channel',
      ),
    }),
    {},
  ),
  limit: field(
    z.optional(z.int().check(z.gte(1), z.lte(1e9))),
    'Use only so many training recordings, drawn at random: for quick tries.',
    'an integer above 0',
  ),
});
