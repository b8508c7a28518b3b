import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  applySet,
  loadRecipe,
  parseRecipe,
  RecipeError,
  recipeFields,
  recipeHash,
  resolveRecipe,
  serialise,
  shippedRecipes,
} from './index.js';

function problem(input: unknown): string {
  try {
    resolveRecipe(input, 'r');
  } catch (error) {
    expect(error).toBeInstanceOf(RecipeError);
    return (error as RecipeError).message;
  }
  return 'no error';
}

describe('resolving', () => {
  test('nothing at all is a recipe, and so are groups without fields', () => {
    const defaults = resolveRecipe(undefined, 'r');
    expect(resolveRecipe(parseRecipe('network:\ntraining:\n  augment:\n', 'r'), 'r')).toEqual(defaults);
    expect(resolveRecipe({}, 'r')).toEqual(defaults);
  });

  test('every default is what its own rule allows and stands in the resolved recipe', () => {
    const defaults = resolveRecipe({ training: { stream: {} }, detector: { wake: ['a'] } }, 'r');
    for (const { path: name, fallback, description } of recipeFields()) {
      if (name === 'detector.wake') continue; // the one field that a group can't do without
      const value = name.split('.').reduce<unknown>((group, key) => (group as Record<string, unknown>)[key], defaults);
      expect(value).toEqual(fallback);
      expect(description).toMatch(/^[A-Za-z].*\.$/s);
      if (fallback !== undefined)
        expect(() =>
          resolveRecipe(applySet({ detector: { wake: ['a'] } }, `${name}=${JSON.stringify(fallback)}`), 'r'),
        ).not.toThrow();
    }
  });

  test.each([
    [{ network: { hidenSize: 3 } }, 'recipe r: network.hidenSize: unknown field; did you mean hiddenSize?'],
    [{ hiddenSize: 3 }, 'recipe r: hiddenSize: unknown field; did you mean network.hiddenSize?'],
    [
      { training: { augment: { rotation: 3 } } },
      'recipe r: training.augment.rotation: unknown field; did you mean rotate?',
    ],
    [
      { integer: { zzzzzz: 3 } },
      'recipe r: integer.zzzzzz: unknown field; integer has calibration, margin, sumBits, weightBits, indices',
    ],
    [{ network: { hiddenSize: 0 } }, 'recipe r: network.hiddenSize: 0 must be an integer from 1 to 255'],
    [{ network: { hiddenSize: 2.5 } }, 'recipe r: network.hiddenSize: 2.5 must be an integer from 1 to 255'],
    [
      { network: { gate: 'tanhh' } },
      'recipe r: network.gate: "tanhh" must be one of tanh, sigmoid, relu, hardTanh, hardSigmoid, hardSigmoid4, tanh8, sigmoid8; did you mean tanh?',
    ],
    [
      { network: 7 },
      'recipe r: network: 7 must be a group of fields: cell, hiddenSize, wRank, uRank, layers, bidirectional, recurrence, reflectors, spectralMargin, orthogonality, orthogonalityWeight, arrangement, capacity, gate, update, head, output, embedding, residual, alpha, beta, vectorZetaNu, reset, forgetBias',
    ],
    [
      { training: { epochs: [0, 0, 0] } },
      'recipe r: training.epochs: [0,0,0] must be three integers from 0, not all zero, as in [100, 100, 100]',
    ],
    [
      { training: { epochs: [1, -1, 0] } },
      'recipe r: training.epochs: [1,-1,0] must be three integers from 0, not all zero, as in [100, 100, 100]',
    ],
    [
      { training: { epochs: [1, 1] } },
      'recipe r: training.epochs: [1,1] must be three integers from 0, not all zero, as in [100, 100, 100]',
    ],
    [
      { training: { learningRate: Number.NaN } },
      'recipe r: training.learningRate: NaN must be a number above 0, at most 10',
    ],
    [{ data: { validation: 1 } }, 'recipe r: data.validation: 1 must be a number from 0 to below 1'],
    [
      { data: { input: { lsb: [0.5, -1] } } },
      'recipe r: data.input.lsb: [0.5,-1] must be auto, a positive number, or a list of positive numbers, one a channel',
    ],
    [
      { data: { groupBy: { from: 'name', pattern: 'p[0-9]+' } } },
      'recipe r: data.groupBy.pattern: "p[0-9]+" must be a regular expression with parentheses around the group, as in \'^(p[0-9]+)_\'',
    ],
    [{ network: { layers: 9 } }, 'recipe r: network.layers: 9 must be an integer from 1 to 8'],
    [{ network: { bidirectional: 'yes' } }, 'recipe r: network.bidirectional: "yes" must be true or false'],
    [
      { training: { dropout: 0.2 } },
      'recipe r: training.dropout: 0.2 leaves out values between layers, but the network has one; set network.layers, or take it out',
    ],
    [{ seed: -1 }, 'recipe r: seed: -1 must be an integer from 0 to 4294967295'],
    [
      { targets: 'uno' },
      'recipe r: targets: "uno" must be a list of board names, as in [uno]; there are uno, mkr1000, rp2040, microbit, due, cortex-m4f, riscv',
    ],
  ])('%j', (input, message) => expect(problem(input)).toBe(message));

  test('all that is wrong is told at once', () => {
    expect(problem({ seed: 'x', network: { uRank: 256, cell: 'Elman' } }).split('\n')).toHaveLength(3);
    expect(problem([1])).toContain('must be a map with the fields seed, data');
  });

  test.each([
    [{ data: { name: 'csv' } }, 'data.path: missing; folder needs'],
    [{ data: { name: 'folder' } }, 'data.path: missing; folder needs'],
    [{ data: { name: 'folder', path: 'x', labels: { from: 'column' } } }, 'data.labels.column: missing'],
    [{ data: { name: 'folder', path: 'x', labels: { file: 'y' } } }, 'data.labels.file: labels are taken from folder'],
    [{ data: { name: 'folder', path: 'x', groupBy: { from: 'name' } } }, 'data.groupBy.pattern: missing'],
    [{ data: { name: 'folder', path: 'x', groupBy: { pattern: '(a)' } } }, 'data.groupBy.pattern: groups are taken'],
    [{ data: { name: 'folder', path: 'x', window: { hop: 3 } } }, 'data.window.hop: there are no windows'],
    [{ data: { path: 'x' } }, 'data.path: only folder has a path'],
    [{ data: { merge: { a: ['b'] } } }, 'data.merge: mnist-rows has no classes to merge'],
    [
      { network: { residual: 'fixed' } },
      'network.residual: FastGRNN has no residual that is fixed; must be free or tied there',
    ],
    [
      { network: { residual: 'tied', vectorZetaNu: true } },
      'network.vectorZetaNu: a tied residual has zeta 1 and nu 0',
    ],
    [
      { network: { cell: 'GRU', residual: 'tied' } },
      'network.residual: GRU has no residual that is tied; leave it at free',
    ],
    [{ network: { cell: 'LSTM', reset: 'before' } }, 'network.reset: only GRU has it'],
    [{ network: { forgetBias: 2 } }, 'network.forgetBias: only LSTM has it'],
    [{ network: { cell: 'FastRNN', alpha: 0.1 } }, 'network.alpha: only a FastRNN with a fixed residual has it'],
    [{ network: { beta: 0.1 } }, 'network.beta: only a FastRNN with a fixed residual has it'],
    [{ compression: { uSparsity: 0.2 } }, 'training.epochs: the second stage has no epochs'],
    [
      { network: { cell: 'RNN', recurrence: 'EURNN', uRank: 0 }, training: { roundedEpochs: 3 } },
      'training.roundedEpochs: 3, but an EURNN has no weights that a device could hold',
    ],
    [
      { network: { cell: 'RNN', recurrence: 'oRNN', uRank: 0 }, compression: { uSparsity: 0.5 } },
      'compression.uSparsity: 0.5, but oRNN makes U of other parameters',
    ],
    [{ data: { validation: 0 }, training: { epochs: [1, 1, 1] } }, 'training.earlyStopping: needs validation data'],
    [{ data: { name: 'uci-har', rate: 50 } }, 'data.rate: only folder has it'],
    [{ data: { name: 'uci-har', phrases: 'apart' } }, 'data.phrases: only wake-words has it'],
  ])('conflict %j', (input, message) => expect(problem(input)).toContain(message));

  test('text that is not YAML is told with its line', () => {
    expect(() => parseRecipe('seed: 1\nseed: 2\n', 'r')).toThrow(/recipe r: Map keys must be unique at line 2/);
    expect(() => parseRecipe('a: [1', 'r')).toThrow(RecipeError);
  });
});

describe('overrides', () => {
  test('values are YAML, the recipe itself stays as it was', () => {
    const recipe = { network: { hiddenSize: 3 }, seed: 4 };
    const changed = applySet(applySet(recipe, 'network.hiddenSize=64'), 'training.epochs=[3, 2, 1]');
    expect(changed).toEqual({ network: { hiddenSize: 64 }, seed: 4, training: { epochs: [3, 2, 1] } });
    expect(recipe).toEqual({ network: { hiddenSize: 3 }, seed: 4 });
    expect(applySet({}, 'data.merge.a b=[X, Y]')).toEqual({ data: { merge: { 'a b': ['X', 'Y'] } } });
    expect(applySet({}, 'data.path=a=b')).toEqual({ data: { path: 'a=b' } });
  });

  test.each([
    ['network.hidenSize=3', '--set network.hidenSize: unknown field; did you mean hiddenSize?'],
    ['nonsense', '--set nonsense: must be NAME=VALUE, as in network.hiddenSize=64'],
    ['seed.x=3', '--set seed.x: seed is a field without parts; set seed=VALUE'],
    ['__proto__.x=3', '--set __proto__: unknown field'],
    ['data.merge.__proto__=[a]', '--set data.merge.__proto__'],
    ['training.epochs=[1', '--set training.epochs=[1: '],
  ])('%s', (assignment, message) => {
    expect(() => applySet({}, assignment)).toThrow(RecipeError);
    expect(() => applySet({}, assignment)).toThrow(message);
  });
});

describe('text and hash', () => {
  test('a serialised recipe reads back as itself and serialises alike', async () => {
    for (const name of (await shippedRecipes()).filter((shipped) => shipped !== 'csv')) {
      const { recipe } = await loadRecipe(name);
      const text = serialise(recipe);
      const again = resolveRecipe(parseRecipe(text, name), name);
      expect(again).toEqual(recipe);
      expect(serialise(again)).toBe(text);
    }
    expect(serialise(resolveRecipe({}, 'r'))).toContain('  epochs: [60, 0, 0]\n');
  });

  test('the hash is of the resolved recipe without seed, targets and path', async () => {
    const hash = (input: unknown) => recipeHash(resolveRecipe(input, 'r'));
    const base = await hash({});
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash({ seed: 9, targets: [], network: { hiddenSize: 32 } })).toBe(base);
    expect(await hash({ data: { name: 'csv', path: 'a' } })).toBe(await hash({ data: { path: 'b', name: 'csv' } }));
    for (const set of ['network.hiddenSize=31', 'data.limit=5', 'integer.margin=2', 'training.augment.noise=0.1']) {
      expect(await hash(applySet({}, set))).not.toBe(base);
    }
  });
});

describe('what changes training sequences', () => {
  const refused = (groups: object) => () => resolveRecipe(groups, 'mine');
  const augment = (fields: object) => ({ training: { augment: fields } });

  test('for sensors and for sounds do not go together', () => {
    expect(refused(augment({ rotate: 5, warp: 0.1 }))).toThrow("rotate: is for sensors and can't go with warp");
    expect(refused(augment({ scale: 0.1, room: 0.5 }))).toThrow("scale: is for sensors and can't go with room");
    const hop = (ms: number) => ({ features: { sound: { window: 25, hop: ms } }, ...augment({ room: 0.5 }) });
    expect(refused(hop(20))).toThrow('training.augment.room: is for features each 10 ms, and features.sound.hop is 20');
    expect(refused(hop(10))).not.toThrow();
    expect(refused(augment({ rotate: 5, stretch: 0.1, maskFrames: 9, mixup: 0.5 }))).not.toThrow();
    expect(refused(augment({ rotate: 5, warp: 0, shift: 3 }))).not.toThrow();
    expect(refused(augment({ warp: 0.1, shift: 3, noise: 0.1 }))).not.toThrow();
  });

  test('is for numbers, not for tokens', () => {
    expect(refused({ ...augment({ shift: 2 }), network: { embedding: 4 } })).toThrow(
      'training.augment.shift: is for numbers',
    );
    expect(refused({ network: { embedding: 4 } })).not.toThrow();
  });

  test('as sounds needs log mel energies', () => {
    const sound = (fields: object) => ({ ...augment({ warp: 0.1 }), features: { sound: fields } });
    expect(refused(sound({ kind: 'pcen' }))).toThrow('training.augment.warp: changes log mel energies');
    expect(refused(sound({ deltas: 1 }))).toThrow('features.sound.deltas is 1');
    expect(refused({ ...augment({ stretch: 0.1 }), features: { sound: { deltas: 1 } } })).not.toThrow();
  });

  test('into mixtures, or a teacher, needs one class a recording, and not both', () => {
    const teacher = { recipe: 'digits', temperature: 2, weight: 0.5 };
    expect(refused({ ...augment({ mixup: 0.5 }), network: { output: 'every' } })).toThrow('one class of a whole');
    expect(refused({ training: { teacher }, network: { head: 'sigmoid' } })).toThrow(
      'training.teacher: is for networks',
    );
    expect(refused({ training: { teacher, augment: { mixup: 0.5 } } })).toThrow('has said nothing of mixtures');
  });
});

describe('streams', () => {
  const refused = (groups: object) => () => resolveRecipe(groups, 'mine');
  const detector = (fields: object) => ({ detector: { wake: ['yes'], ...fields } });

  test('share a window in equal parts, or carry on one state', () => {
    expect(refused(detector({ window: 12, states: 3 }))).not.toThrow();
    expect(refused(detector({ window: 10, states: 3 }))).toThrow("3 states don't divide detector.window, 10");
    expect(refused(detector({ states: 3 }))).toThrow('set detector.window, or states to 1');
    expect(refused(detector({ window: 10, states: 3, ram: 500 }))).not.toThrow();
    expect(refused(detector({ states: 3, ram: 500 }))).toThrow('set detector.window, or states to 1');
  });

  test('have no end that a network could read from', () => {
    expect(refused({ ...detector({}), network: { bidirectional: true } })).toThrow('reads sequences from theirs');
  });

  test('are trained for where there is a detector, at single steps where the network speaks at each', () => {
    const stream = { wordSteps: 10 };
    expect(refused({ training: { stream } })).toThrow('training.stream: needs detector.wake');
    expect(refused({ ...detector({}), training: { stream } })).toThrow('wordSteps: 10, but network.output is last');
    expect(refused({ ...detector({}), training: { stream }, network: { output: 'every' } })).not.toThrow();
  });
});

describe('loading', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recipe-'));
    await mkdir(path.join(folder, 'mine'));
    await writeFile(path.join(folder, 'mine', 'recipe.yaml'), 'data: {name: csv, path: ../recordings}\n');
    await writeFile(path.join(folder, 'other.yml'), 'data: {name: csv, path: /recordings}\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('shipped recipes are sound, overrides and the seed apply', async () => {
    expect(await shippedRecipes()).toEqual([
      'csv',
      'digits',
      'digits-1k',
      'digits-2k',
      'google12',
      'google12-1k',
      'google12-2k',
      'google12-4k',
      'google12-large',
      'google12-paper',
      'google12-small',
      'google12-small-1k',
      'google12-small-2k',
      'google30',
      'har2',
      'har2-paper',
      'har6',
      'har6-1k',
      'wakeword',
    ]);
    const { recipe, name } = await loadRecipe('digits', ['network.hiddenSize=8'], 42);
    expect([name, recipe.seed, recipe.network.hiddenSize, recipe.network.uRank]).toEqual(['digits', 42, 8, 18]);
    const csv = await loadRecipe('csv', ['data.path=here/recordings']);
    expect(csv.recipe.data.path).toBe('here/recordings');
  });

  test('a path is taken from the recipe file', async () => {
    const mine = await loadRecipe(path.join(folder, 'mine', 'recipe.yaml'));
    expect([mine.name, mine.recipe.data.path]).toEqual(['mine', path.join(folder, 'recordings')]);
    const other = await loadRecipe(path.join(folder, 'other.yml'));
    expect([other.name, other.recipe.data.path]).toEqual(['other', '/recordings']);
  });

  test('a recipe that is not there', async () => {
    await expect(loadRecipe('digit')).rejects.toThrow(
      'there is no recipe digit; did you mean digits?; shipped recipes: csv, digits, digits-1k, digits-2k, google12, ',
    );
    await expect(loadRecipe('./digits.yaml')).rejects.toBeInstanceOf(RecipeError);
    await expect(loadRecipe(path.join(folder, 'mine'))).rejects.toThrow('did you mean');
    await expect(loadRecipe('digits', [], -1)).rejects.toThrow('seed: -1 must be');
  });
});
