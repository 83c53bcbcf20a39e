// Runs every static check and says which failed: types, ESLint, format, import rule, unused code. Words select some (`npm run lint types`).
// Two run at a time; what each says comes in one piece.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node = pinnedNode();

/** What the compiler found is kept, and only what changed is checked again. @param {string} project */
const types = (project) => {
  const known = join(modules, '.cache', `types-${project === '.' ? 'root' : project.replaceAll('/', '-')}.tsbuildinfo`);
  return [`types ${project}`, join(modules, 'typescript/bin/tsc'), '--noEmit', '--incremental', '--tsBuildInfoFile', known, '-p', join(root, project)];
};

/** Name, then what Node runs; those that take longest come first. */
const steps = [
  ['eslint', join(modules, 'eslint/bin/eslint.js'), '--max-warnings', '0', '.'],
  ...['.', 'src/renderer', 'test/e2e', 'src/preload'].map(types),
  ['format', join(modules, 'prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['imports', join(modules, 'dependency-cruiser/bin/dependency-cruiser.mjs'), 'src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'err'],
  ['unused', join(modules, 'knip/bin/knip.js')],
];

/** Runs one step to its end. @param {readonly string[]} command @returns {Promise<{ passed: boolean, said: string }>} */
function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (/** @type {Buffer} */ text) => (said += text.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, said: said.trim() }));
  });
}

const wanted = process.argv.slice(2);
const waiting = steps.filter(([name = '']) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
/** @type {string[]} */
const failed = [];

async function work() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name = '', ...command] = step;
    const { passed, said } = await run(command);
    console.log(`lint: ${name}${passed ? '' : ' FAILED'}${said === '' ? '' : `\n${said}`}`);
    if (!passed) failed.push(name);
  }
}

await Promise.all([work(), work()]);
if (failed.length > 0) console.error(`lint: ${failed.join(', ')} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
