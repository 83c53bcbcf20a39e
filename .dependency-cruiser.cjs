/** The import rule: shared <- files <- analysis <- fleet <- cli; shared <- samples <- cli, test; files <- main; shared <- preload, renderer; nothing else. */
const layer = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: '^src/', pathNot: to } });

/** Folders of src/analysis from the bottom up; one may import its own tier and those below. */
const tiers = [
  ['jobs'],
  ['source', 'layout', 'codec'],
  ['formats', 'disk', 'notes', 'arch'],
  ['memory'],
  ['memory-tree'],
  ['kernel'],
  ['page-index'],
  ['integrity', 'compare', 'search', 'export', 'capsule'],
  ['report'],
  ['engine'],
  ['host'],
];

const tierRules = tiers.slice(0, -1).map((tier, level) => ({
  name: `analysis-${tier.join('-')}`,
  comment: 'inside analysis imports go downwards only',
  severity: 'error',
  from: { path: `^src/analysis/(${tier.join('|')})/` },
  to: {
    path: `^src/analysis/(${tiers
      .slice(level + 1)
      .flat()
      .join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    layer('shared-imports-nothing', '^src/shared/', '^src/shared/'),
    layer('files-import-shared', '^src/files/', '^src/(shared|files)/'),
    layer('analysis-imports-files', '^src/analysis/', '^src/(shared|files|analysis)/'),
    layer('samples-import-shared', '^src/samples/', '^src/(shared|samples)/'),
    layer('fleet-imports-analysis', '^src/fleet/', '^src/(shared|files|analysis|fleet)/'),
    layer('cli-imports-analysis-and-samples', '^src/cli/', '^src/(shared|files|analysis|fleet|samples|cli)/'),
    layer('main-imports-files', '^src/main/', '^src/(shared|files|main)/'),
    layer('preload-imports-shared', '^src/preload/', '^src/(shared|preload)/'),
    layer('renderer-imports-shared', '^src/renderer/', '^src/(shared|renderer)/'),
    ...tierRules,
    {
      name: 'arch-knows-no-registry-of-notes',
      comment: 'what an architecture has of its own goes into its table, and src/analysis/notes asks the tables',
      severity: 'error',
      from: { path: '^src/analysis/arch/' },
      to: { path: '^src/analysis/notes/' },
    },
    {
      name: 'text-of-the-command-line-knows-no-command',
      severity: 'error',
      from: { path: '^src/cli/text/' },
      to: { path: '^src/cli/', pathNot: '^src/cli/text/' },
    },
    { name: 'shared-uses-no-node', severity: 'error', from: { path: '^src/(shared|renderer)/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'one-file-touches-sqlite',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/analysis/page-index/sqlite\\.ts$' },
      to: { path: 'better-sqlite3' },
    },
    {
      name: 'databases-of-fleets-in-one-folder',
      comment: 'packages that talk to databases are loaded when a catalogue is opened: their types may be named, they themselves only there',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/fleet/database/drivers\\.ts$' },
      to: { path: 'node_modules/(pg|pg-boss|@electric-sql)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-file-source-opens-evidence',
      severity: 'error',
      from: {
        path: '^src/analysis/(source|layout|codec|formats|disk|notes|arch|memory|memory-tree|jobs|integrity|compare|kernel|search|report|export|capsule)/',
        pathNot: '^src/analysis/source/file-source\\.ts$',
      },
      to: { path: '^(node:)?fs$' },
    },
    {
      name: 'no-electron-in-the-engine',
      severity: 'error',
      from: { path: '^src/(shared|files|analysis|fleet|samples|cli|renderer)/' },
      to: { path: '(^|/)electron($|/)' },
    },
    {
      name: 'no-cycles',
      comment: 'imports of types count: whoever reads a file of a circle has to read them all',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
