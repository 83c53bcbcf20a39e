// npm run structure: what holds growth back, in numbers. Which folders of src import each other in a loop (types apart, and with them), and how many
// files of how many lines each folder has. It judges nothing: .dependency-cruiser.cjs says what is not allowed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @typedef {{ source: string, dependencies: { resolved: string, dependencyTypes: string[] }[] }} Module */

/** Every module of src with what it imports. @returns {Module[]} */
function sourceModules() {
  const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const args = [program, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout, stderr } = spawnSync(pinnedNode(), args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 29 });
  if (stdout === '') throw new Error(`dependency-cruiser said nothing: ${stderr}`);
  /** @type {{ modules: Module[] }} */
  const { modules } = JSON.parse(stdout);
  return modules.filter(({ source }) => /^src\/.*\.(ts|tsx|mts)$/.test(source) && !source.includes('/assembly/'));
}

/** @typedef {Map<string, Set<string>>} Graph  folder -> folders that it imports from */

/**
 * @param {readonly Module[]} modules
 * @param {(file: string) => string} place  the folder that a file counts for
 * @param {boolean} withTypes
 * @returns {Graph}
 */
function importGraph(modules, place, withTypes) {
  /** @type {Graph} */
  const graph = new Map();
  for (const { source, dependencies } of modules) {
    const from = place(source);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { resolved, dependencyTypes } of dependencies) {
      if (!resolved.startsWith('src/') || (!withTypes && dependencyTypes.includes('type-only'))) continue;
      if (place(resolved) !== from) targets.add(place(resolved));
    }
  }
  return graph;
}

/** Folders from which one gets back to where one came from, by Tarjan's algorithm. @param {Graph} graph @returns {string[][]} */
function loops(graph) {
  /** @type {Map<string, number>} */
  const order = new Map();
  /** @type {Map<string, number>} */
  const lowest = new Map();
  /** @type {string[]} */
  const open = [];
  /** @type {string[][]} */
  const found = [];
  const visit = (/** @type {string} */ folder) => {
    order.set(folder, order.size);
    lowest.set(folder, order.size - 1);
    open.push(folder);
    for (const next of graph.get(folder) ?? []) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(folder, Math.min(lowest.get(folder) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(folder) !== order.get(folder)) return;
    const group = open.splice(open.indexOf(folder));
    if (group.length > 1) found.push(group.sort());
  };
  for (const folder of graph.keys()) if (!order.has(folder)) visit(folder);
  return found;
}

/** Pairs of folders that import from each other. @param {Graph} graph */
const mutual = (graph) => [...graph].flatMap(([from, targets]) => [...targets].filter((to) => from < to && graph.get(to)?.has(from))).length;

const median = (/** @type {number[]} */ values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];

const modules = sourceModules();
/** The first two folders below src: "src/analysis/kernel". @param {string} file */
const room = (file) => dirname(file).split('/').slice(0, 3).join('/');
for (const [what, place] of /** @type {const} */ ([
  ['rooms', room],
  ['folders', dirname],
])) {
  for (const withTypes of [false, true]) {
    const graph = importGraph(modules, place, withTypes);
    const groups = loops(graph);
    const caught = groups.reduce((sum, group) => sum + group.length, 0);
    console.log(
      `${what}, ${withTypes ? 'with types' : 'types apart'}: ${groups.length} loops hold ${caught} of ${graph.size} ${what}; ${mutual(graph)} pairs import each other`,
    );
    for (const group of groups) console.log(`    ${group.join(' ')}`);
  }
}

/** @type {Map<string, number[]>} */
const lines = new Map();
for (const { source } of modules) {
  const folder = lines.get(dirname(source)) ?? [];
  lines.set(dirname(source), folder);
  folder.push(readFileSync(join(root, source), 'utf8').split('\n').length - 1);
}
const all = [...lines.values()].flat();
console.log(`${all.length} files in ${lines.size} folders, ${all.reduce((sum, one) => sum + one, 0)} lines; median ${median(all)}, most ${Math.max(...all)}`);
for (const [folder, counts] of [...lines].sort(([, left], [, right]) => right.length - left.length))
  console.log(`${folder.padEnd(45)} ${String(counts.length).padStart(3)} files, median ${median(counts)} lines`);
