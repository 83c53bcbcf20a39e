// Runs every static check and says which failed: types, ESLint, format, import rule, unused code.
import { pinnedNode, runOn } from './node-runtime.mjs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node = pinnedNode();
const steps = [
  ...['.', 'src/preload', 'src/renderer', 'test/e2e'].map((project) => [
    `types ${project}`,
    join(modules, 'typescript/bin/tsc'),
    '--noEmit',
    '-p',
    join(root, project),
  ]),
  ['eslint', join(modules, 'eslint/bin/eslint.js'), '--max-warnings', '0', '.'],
  ['format', join(modules, 'prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['imports', join(modules, 'dependency-cruiser/bin/dependency-cruiser.mjs'), 'src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'err'],
  ['unused', join(modules, 'knip/bin/knip.js')],
];
const wanted = process.argv.slice(2);
const failed = [];
for (const [name, ...command] of steps) {
  if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word))) continue;
  console.log(`lint: ${name}`);
  if ((await runOn(node, command)) !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`lint: ${failed.join(', ')} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
