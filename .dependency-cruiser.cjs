// A room of src/ imports only from rooms above it in this list, and only through their index.ts, or light.ts: the part of
// a room's face that loads no library.
const rooms = [
  'platform',
  'kernels',
  'math',
  'recipe',
  'network',
  'compression',
  'integer',
  'detector',
  'interchange',
  'features',
  'runtime',
  'data',
  'synthesis',
  'training',
  'analysis',
  'firmware',
  'boards',
  'flash',
  'report',
  'pipeline',
  'api',
  'cli',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-the-face-of-a-room',
      severity: 'error',
      comment: 'A room is used through its index.ts, or its light.ts; nothing reaches behind them.',
      from: { path: '^src/([^/]+)/', pathNot: [String.raw`\.test\.ts$`, '^src/testing/'] },
      to: {
        path: '^src/[^/]+/',
        pathNot: ['^src/$1/', '^src/[^/]+/(index|light)\\.ts$', '^src/platform/(node|browser)(-workers)?\\.ts$'],
      },
    },
    {
      name: 'node-only-behind-the-platform',
      severity: 'error',
      comment: 'Rooms that run in a browser touch the host through #platform alone.',
      from: { path: '^src/', pathNot: ['^src/(platform|cli)/', String.raw`\.test\.ts$`, '^src/testing/'] },
      to: { dependencyTypes: ['core'] },
    },
    ...rooms.map((room, i) => ({
      name: `rooms-below-${room}`,
      severity: 'error',
      comment: `${room}/ imports only from rooms above it.`,
      from: { path: `^src/${room}/`, pathNot: String.raw`\.test\.ts$` },
      to: { path: `^src/(${rooms.slice(i + 1).join('|') || '$'})/` },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default', 'types'] },
  },
};
