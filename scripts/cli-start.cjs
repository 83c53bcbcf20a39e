// Starts the bundled command line; the build puts it into out/cli. Modules are loaded when something of them is first used, in scripts that hold what is used together,
// each with the code that V8 made of it when the bundle was built (scripts/cli-code.cjs). Any other Node rejects the code, and compiles again.
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** Numbers of the first modules of each script, and of the one that runs; the build puts them in. */
const firsts = [/* FIRSTS */];
const entry = 0; /* ENTRY */
/** CRC-32 of each script. */
const sums = [/* SUMS */];

/** @type {vm.Script[]} */
const scripts = [];
/** @type {((exports: object) => void)[]} */
const factories = [];
/** @type {object[]} */
const loaded = [];

/** Of the code and its script: written before the code. */
const sumBytes = 4;
const pathOf = (index) => `${__dirname}/part-${index}.js`;

/** V8 trusts the bytes that it is given: damaged ones end the process, or make another program of it. */
function codeOf(index, sum) {
  try {
    const file = readFileSync(`${__dirname}/part-${index}.code`);
    const code = file.subarray(sumBytes);
    return crc32(code, sum) === file.readUInt32LE() ? code : undefined;
  } catch {
    return undefined;
  }
}

function openScript(index) {
  const filename = pathOf(index);
  const source = readFileSync(filename);
  // Another build may have taken the place of the one that this process began with, whose modules have other numbers.
  if (crc32 !== undefined && crc32(source) !== sums[index]) {
    console.error(`dumpbench: ${filename} is not of the program that is running: it was replaced or damaged; start the command again, or install it again`);
    process.exit(4);
  }
  const cachedData = codeOf(index, sums[index]);
  // The build leaves nothing but ASCII in it.
  // The code holds the name: of the folder that the bundle is built in nobody need know.
  const name = globalThis.dumpbenchBuild === undefined ? filename : `part-${index}.js`;
  const script = new Script(source.toString('latin1'), cachedData === undefined ? { filename: name } : { filename: name, cachedData });
  scripts[index] = script;
  const methods = Object.values(script.runInThisContext()(lazy, require, module.filename));
  for (let at = 0; at < methods.length; at += 1) factories[firsts[index] + at] = methods[at];
}

function load(number) {
  if (loaded[number] !== undefined) return loaded[number];
  if (factories[number] === undefined) openScript(firsts.findLastIndex((first) => first <= number));
  const exports = {};
  // As with CommonJS, of two that need each other the second sees the first half made.
  loaded[number] = exports;
  factories[number](exports);
  return exports;
}

/** A module of Node with itself as its default, for code that was written as an ES module. */
const withDefault = (id) => {
  const module = require(id);
  return Object.create(module, { default: { value: module } });
};

function lazy(id, hasDefault) {
  let exports;
  return () => (exports ??= typeof id === 'number' ? load(id) : hasDefault ? withDefault(id) : require(id));
}

const start = () => load(entry).main();
// The build runs commands to see which modules they load, and to keep their code.
if (globalThis.dumpbenchBuild === undefined) start();
else Object.assign(globalThis.dumpbenchBuild, { start, scripts, loaded });
