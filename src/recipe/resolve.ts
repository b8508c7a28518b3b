import { parseDocument, type Document } from 'yaml';
import { groups } from './describe.js';
import { detectorConflicts } from './detector-conflicts.js';
import { RecipeError } from './errors.js';
import { explain } from './messages.js';
import { recipeSchema, type Recipe } from './schema.js';
import { augmentConflicts, softTargetConflicts, soundConflicts } from './training-conflicts.js';
import { recipeSoundProblems } from './sound.js';

/**
 * Checks a recipe and fills in the defaults.
 *
 * @param input the object that the YAML holds; null or undefined stand for an empty recipe
 * @param name how messages call the recipe
 * @throws RecipeError with one line for each wrong field
 */
export function resolveRecipe(input: unknown, name: string): Recipe {
  const object = withOwnValidation(withOlderWords(withoutEmptyGroups(input ?? {}, '')));
  const result = recipeSchema.safeParse(object);
  const problems = result.success ? conflicts(result.data) : explain(result.error.issues, object);
  if (problems.length > 0) throw new RecipeError(problems.map((problem) => `recipe ${name}: ${problem}`).join('\n'));
  return result.data as Recipe;
}

/**
 * The object that a recipe's YAML text holds, not yet checked.
 *
 * @throws RecipeError with line and column where the text isn't YAML
 */
export function parseRecipe(text: string, name: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const [what] = document.errors[0].message.split('\n'); // a picture of the place follows
    throw new RecipeError(`recipe ${name}: ${what.replace(/:$/, '')}`);
  }
  return valueOf(document, `recipe ${name}`);
}

/** The value of a YAML document. An alias to nothing, or too many of them, is an error of the text, not of this program. */
export function valueOf(document: Document, where: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new RecipeError(`${where}: ${error.message}`, { cause: error });
  }
}

/** What each field allows but not all of them together. */
function conflicts(recipe: Recipe): string[] {
  const { data, features, network, training, compression } = recipe;
  const problems = recipeSoundProblems(features.sound).map((problem) => `features.sound.${problem}`);
  problems.push(...(data.name === 'folder' ? folderConflicts(data) : benchmarkConflicts(data)));
  if (data.name === 'mnist-rows' && data.merge !== undefined) {
    problems.push('data.merge: mnist-rows has no classes to merge; take the field out');
  }
  const residuals = { FastRNN: ['free', 'tied', 'fixed'], FastGRNN: ['free', 'tied'] }[network.cell as string] ?? [
    'free',
  ];
  if (!residuals.includes(network.residual)) {
    const other = residuals.length > 1 ? `must be ${residuals.join(' or ')} there` : `leave it at free`;
    problems.push(`network.residual: ${network.cell} has no residual that is ${network.residual}; ${other}`);
  }
  if (network.cell === 'FastGRNN' && network.residual === 'tied' && network.vectorZetaNu) {
    problems.push(
      'network.vectorZetaNu: a tied residual has zeta 1 and nu 0; set residual to free, or take the field out',
    );
  }
  for (const [field, cell] of [
    ['vectorZetaNu', 'FastGRNN'],
    ['reset', 'GRU'],
    ['forgetBias', 'LSTM'],
  ] as const) {
    if (network[field] === undefined || network.cell === cell) continue;
    problems.push(`network.${field}: only ${cell} has it; set network.cell to ${cell}, or take it out`);
  }
  for (const weight of ['alpha', 'beta'] as const) {
    if (network[weight] === undefined || (network.cell === 'FastRNN' && network.residual === 'fixed')) continue;
    problems.push(
      `network.${weight}: only a FastRNN with a fixed residual has it; set cell and residual, or take it out`,
    );
  }
  if ((training.dropout ?? 0) > 0 && (network.layers ?? 1) === 1) {
    problems.push(
      `training.dropout: ${training.dropout} leaves out values between layers, but the network has one; set network.layers, or take it out`,
    );
  }
  if (training.optimiser === 'rsg') problems.push(...randomisedConflicts(recipe));
  else if (training.dBar !== undefined) {
    problems.push(`training.dBar: ${training.dBar} is for the optimiser rsg; set training.optimiser, or take it out`);
  }
  problems.push(...detectorConflicts(recipe), ...augmentConflicts(recipe));
  problems.push(...soundConflicts(recipe), ...softTargetConflicts(recipe));
  const { recurrence = 'dense' } = network;
  if (recurrence !== 'dense' && compression.uSparsity < 1) {
    problems.push(
      `compression.uSparsity: ${compression.uSparsity}, but ${recurrence} makes U of other parameters, which stay whole; leave it at 1`,
    );
  }
  if (recurrence === 'EURNN' && (training.roundedEpochs ?? 0) > 0) {
    problems.push(
      `training.roundedEpochs: ${training.roundedEpochs}, but an EURNN has no weights that a device could hold; set it to 0`,
    );
  }
  const sparse = compression.wSparsity < 1 || compression.uSparsity < 1;
  const [, thresholding, support] = training.epochs;
  if (sparse && thresholding === 0) {
    problems.push(
      'training.epochs: the second stage has no epochs, but a sparsity below 1 is reached there; give all three, as in [100, 100, 100]',
    );
  }
  if (training.earlyStopping && data.validation === 0 && thresholding + support > 0) {
    problems.push(
      'training.earlyStopping: needs validation data; set data.validation above 0 or earlyStopping to false',
    );
  }
  return problems;
}

/** Algorithm 1 is of equation (2), one run of stochastic gradients. */
function randomisedConflicts({ network, training }: Recipe): string[] {
  const problems: string[] = [];
  if (network.cell !== 'FastRNN' && network.cell !== 'RNN') {
    problems.push(
      `training.optimiser: rsg takes its steps from alpha of equation (2), which a ${network.cell} has not; set network.cell to FastRNN or RNN, or train it with sgd`,
    );
  }
  const [, thresholding, support] = training.epochs;
  if (thresholding + support + (training.roundedEpochs ?? 0) > 0) {
    problems.push('training.epochs: rsg has the first stage alone; set the others to 0, as in [100, 0, 0]');
  }
  if (training.balance === 'sampling') {
    problems.push('training.balance: rsg draws its own batches; use weights, or none');
  }
  return problems;
}

function folderConflicts(data: Recipe['data']): string[] {
  const { path, labels, groupBy, window } = data;
  const problems = misplacedFields(data);
  if (data.clipAt !== undefined && data.clipSeconds === undefined) {
    problems.push('data.clipAt: there is no length to cut to; set data.clipSeconds, or take it out');
  }
  if (path === undefined) {
    problems.push('data.path: missing; folder needs the path of your recordings, as in --set data.path=recordings');
  }
  for (const from of ['column', 'file'] as const) {
    if (labels.from === from && labels[from] === undefined) {
      problems.push(`data.labels.${from}: missing; labels.from ${from} needs it`);
    }
    if (labels.from !== from && labels[from] !== undefined) {
      problems.push(
        `data.labels.${from}: labels are taken from ${labels.from}; set labels.from to ${from}, or take it out`,
      );
    }
  }
  for (const [from, what] of [
    ['column', 'column'],
    ['name', 'pattern'],
  ] as const) {
    if (groupBy.from === from && groupBy[what] === undefined) {
      problems.push(`data.groupBy.${what}: missing; groupBy.from ${from} needs it`);
    }
    if (groupBy.from !== from && groupBy[what] !== undefined) {
      problems.push(
        `data.groupBy.${what}: groups are taken from ${groupBy.from}; set groupBy.from to ${from}, or take it out`,
      );
    }
  }
  if (window.length === undefined && window.hop !== undefined) {
    problems.push('data.window.hop: there are no windows; set data.window.length, or take it out');
  }
  return problems;
}

/** Fields that some data sets alone have. */
const ownFields = [
  ['classes', ['speech-commands']],
  ['silence', ['speech-commands']],
  ['version', ['speech-commands', 'wake-words']],
  ['subset', ['speech-commands', 'wake-words']],
  ['fold', ['wake-words']],
  ['negatives', ['wake-words']],
  ['phrases', ['wake-words']],
  ['rate', ['folder']],
  ['channels', ['folder']],
  ['targets', ['folder']],
  ['recordingColumn', ['folder']],
  ['testBy', ['folder']],
  ['clipSeconds', ['folder']],
  ['clipAt', ['folder']],
  ['broken', ['folder']],
] as const satisfies readonly (readonly [keyof Recipe['data'], readonly Recipe['data']['name'][]])[];

function misplacedFields(data: Recipe['data']): string[] {
  return ownFields
    .filter(([field, names]) => data[field] !== undefined && !(names as readonly string[]).includes(data.name))
    .map(([field, names]) => `data.${field}: only ${names.join(' and ')} has it; take it out, or set data.name`);
}

function benchmarkConflicts(data: Recipe['data']): string[] {
  const { name, path } = data;
  const problems = misplacedFields(data);
  if (path === undefined) return problems;
  return [...problems, `data.path: only folder has a path; ${name} is looked for in the folder that --data names`];
}

/** \`csv\` is what \`folder\` was called when folders could hold nothing else. */
function withOlderWords(recipe: unknown): unknown {
  const { data } = (recipe ?? {}) as { data?: unknown };
  if ((data as { name?: unknown } | null | undefined)?.name !== 'csv') return recipe;
  return { ...(recipe as object), data: { ...(data as object), name: 'folder' } };
}

/** Data with a validation part of their own are validated on it, unless the recipe says otherwise. */
function withOwnValidation(recipe: unknown): unknown {
  const { data } = (recipe ?? {}) as { data?: unknown };
  const { name, validationBy } = (data ?? {}) as { name?: unknown; validationBy?: unknown };
  if (name !== 'speech-commands' || validationBy !== undefined) return recipe;
  return { ...(recipe as object), data: { ...(data as object), validationBy: 'official' } };
}

/** A group without any field under it is null in YAML; it means that all is left at the defaults. */
function withoutEmptyGroups(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]): [string, unknown, string] => [name, inner, path === '' ? name : `${path}.${name}`])
      .filter(([, inner, at]) => inner !== null || !groups.has(at))
      .map(([name, inner, at]) => [name, groups.has(at) ? withoutEmptyGroups(inner, at) : inner]),
  );
}
