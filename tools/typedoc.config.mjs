// API pages of everything that the package exports. What an export refers to is exported as well, or listed here: nothing else may
// stay out, and every export says what it is.
import { readFileSync } from 'node:fs';

const { exports: faces } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const entryPoints = Object.values(faces)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace('./dist/', '../src/').replace(/\.js$/, '.ts'));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const options = {
  name: 'fastgrnn',
  tsconfig: '../tsconfig.build.json',
  entryPoints,
  out: '../docs/api',
  readme: 'none',
  githubPages: false,
  disableGit: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable', 'Method'],
  highlightLanguages: ['typescript', 'javascript', 'json', 'bash', 'c'],
  treatWarningsAsErrors: true,
  // Parts of other types, described where they are used, and what only constructors inside the package take.
  intentionallyNotExported: [
    'src/api/network.ts:Made',
    'src/api/network.ts:Tensors',
    'src/api/optimiser.ts:Stepped',
    'src/api/optimiser.ts:Training',
    'src/api/train.ts:Fields',
    'src/boards/pico.ts:PicoProgram',
    'src/data/formats/format.ts:ColumnRoles',
    'src/data/formats/format.ts:FileFacts',
    'src/data/recording.ts:Recording',
    'src/data/scan/facts.ts:ClassFacts',
    'src/data/scan/facts.ts:Layout',
    'src/data/scan/facts.ts:Roles',
    'src/data/scan/facts.ts:Spread',
    'src/data/splits.ts:SplitBy',
    'src/detector/streaming.ts:StreamingDetector',
    'src/integer/model-file.ts:Settings',
    'src/kernels/program-cells.ts:GatePass',
    'src/kernels/program.ts:StatesRead',
    'src/kernels/program.ts:TargetLoss',
    'src/network/architecture.ts:OptionalField',
    'src/network/safetensors.ts:SafetensorsFile',
    'src/network/safetensors.ts:arrays',
    'src/pipeline/checkpoint.ts:FinishedPhase',
    'src/pipeline/import/scalars.ts:ScalarForm',
    'src/pipeline/listen/choose.ts:DetectorRecipe',
    'src/pipeline/prepare.ts:Stacking',
    'src/pipeline/train-model.ts:TrainModelOptions',
    'src/recipe/schema.ts:recipeSchema',
    'src/report/folds.ts:FoldsReportInput',
    'src/runtime/cell.ts:Cell',
    'src/runtime/stream.ts:StreamInputs',
    'src/training/answers.ts:AnswerShape',
    'src/training/gather.ts:ChangeSettings',
  ],
};

export default options;
