import eslint from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What asks and changes nothing. Whatever opens, reads or writes a file is in src/files, or is named below with its file. */
const askingFs = ['existsSync', 'readdirSync', 'statSync', 'realpathSync', 'Stats', 'BigIntStats'];
const askingFsPromises = ['readdir', 'stat'];

/** @param {readonly string[]} [more] names that a file needs besides @param {readonly string[]} [morePromises] */
const onlyAsking = (more = [], morePromises = []) => {
  const message = 'evidence is safe because src/files alone writes (output-file.ts) and opens files: use it';
  const path = (/** @type {string} */ name, /** @type {readonly string[]} */ allowImportNames) => ({ name, allowImportNames, message });
  return [
    'error',
    {
      paths: [
        ...['fs', 'node:fs'].map((name) => path(name, [...askingFs, ...more])),
        ...['fs/promises', 'node:fs/promises'].map((name) => path(name, [...askingFsPromises, ...morePromises])),
      ],
    },
  ];
};

/** Arguments go over the stack of the thread: a list that data can lengthen overflows it. */
const noSpread = [
  {
    selector: 'CallExpression[callee.property.name=/^(push|unshift|fromCharCode|fromCodePoint|apply)$/] > SpreadElement',
    message: 'data can make the list so long that the stack overflows: use append() of src/shared/append.ts, or a loop',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name=/^(min|max)$/] > SpreadElement",
    message: 'data can make the list so long that the stack overflows: use reduce()',
  },
];

export default tseslint.config(
  {
    ignores: ['node_modules/', 'out/', 'dist/', 'coverage/', 'src/analysis/page-index/page-job/assembly/', 'src/analysis/codec/page-codecs/assembly/'],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Such a file has more than one subject.
      'max-lines': ['error', 400],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // Byte tables are read at offsets: an index is always checked by noUncheckedIndexedAccess.
      '@typescript-eslint/prefer-for-of': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/files/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': onlyAsking(),
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression[source.value=/^(node:)?fs/]', message: 'import it statically, so that the rule sees the names' },
        { selector: "CallExpression[callee.property.name='getBuiltinModule']", message: 'import it statically, so that the rule sees the names' },
        ...noSpread,
      ],
    },
  },
  { files: ['src/files/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...noSpread] } },
  // Reads dumps by descriptors that src/files has opened.
  {
    files: ['src/analysis/source/file-source.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': onlyAsking(['closeSync', 'fstatSync', 'readSync']) },
  },
  // Reads a part of the program.
  { files: ['src/analysis/page-index/page-job/wasm-page-job.ts'], rules: { '@typescript-eslint/no-restricted-imports': onlyAsking(['readFileSync']) } },
  { files: ['src/main/app-protocol.ts'], rules: { '@typescript-eslint/no-restricted-imports': onlyAsking([], ['readFile']) } },
  // The cache folder: unpacked copies.
  {
    files: ['src/analysis/engine/session/unpacked-file.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  { files: ['src/renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  // A query that waits for its last answer has to note the newer question when it comes.
  { files: ['src/renderer/**/*.{ts,tsx}'], rules: { 'react-hooks/set-state-in-effect': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='expect'] CallExpression[callee.property.name='now']",
          message: 'A busy machine would fail this: count steps, or let the guard against what hangs (vitest.config.ts) do it.',
        },
        {
          selector: "Property[key.name='timeout'] > Literal[value<300000]",
          message: 'A busy machine would fail this: the guards against what hangs are in vitest.config.ts and test/e2e/desk.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
