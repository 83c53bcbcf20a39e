// Makes the modules of a bundle load when something of them is first used, not when the module that names them is.
import { posix } from 'node:path';
import { parseAst } from 'vite';

/** Name of what a module calls for each of its imports; nothing in the sources is called so. */
const lazy = '__lazy';

/** @typedef {{ start: number, end: number, text: string }} Edit */
/** @typedef {{ readonly fileName: string, readonly code: string }} Chunk as the bundler gives it out, one for each module */

/** The text in `require("…")`; undefined for all else. @param {any} node @returns {string | undefined} */
function required(node) {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require') return undefined;
  return node.arguments[0]?.value;
}

/** The name in `name = runtime.__toESM(name, 1)`, with which the bundler gives a module of Node a default export. @param {any} node */
function wrapped(node) {
  if (node?.type !== 'AssignmentExpression' || node.left.type !== 'Identifier' || node.right.type !== 'CallExpression') return undefined;
  const called = node.right.callee;
  return (called.property?.name ?? called.name) === '__toESM' ? node.left.name : undefined;
}

/**
 * Every node of a program but keys and names of members.
 * @param {any} node
 * @param {(node: any) => void} see
 */
function eachNode(node, see) {
  if (Array.isArray(node)) {
    for (const one of node) eachNode(one, see);
    return;
  }
  if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
  see(node);
  for (const [key, value] of Object.entries(node)) {
    const isName = (key === 'property' || key === 'key') && node.computed !== true;
    // In `{ name }` key and value are the same characters.
    if (isName && !(node.type === 'Property' && node.shorthand)) continue;
    if (key === 'value' && node.shorthand) continue;
    eachNode(value, see);
  }
}

/** @param {string} text @param {readonly Edit[]} edits that do not overlap */
function edited(text, edits) {
  let result = '';
  let at = 0;
  for (const { start, end, text: instead } of [...edits].sort((one, other) => one.start - other.start)) {
    result += text.slice(at, start) + instead;
    at = end;
  }
  return result + text.slice(at);
}

/**
 * The code of a module with its imports put off: `name` becomes `name()`, which loads once.
 * Imports of which nothing is used are dropped: no module of ours does anything by being loaded.
 * @param {Chunk} chunk
 * @param {ReadonlyMap<string, number>} numbers of modules by file name
 */
function putOff({ fileName, code }, numbers) {
  /** @type {any[]} */
  const body = /** @type {any} */ (parseAst(code)).body;
  /** @type {Map<string, string>} */
  const imports = new Map();
  /** @type {Edit[]} */
  const edits = [];
  const withDefault = new Set(body.map((statement) => wrapped(statement.expression)).filter((name) => name !== undefined));
  /** @param {string} id @param {boolean} isWrapped */
  const loading = (id, isWrapped) => {
    if (!id.startsWith('.')) return `${lazy}(${JSON.stringify(id)}${isWrapped ? ', true' : ''})`;
    const number = numbers.get(posix.join(posix.dirname(fileName), id));
    if (number === undefined) throw new Error(`${fileName}: no module ${id}`);
    return `${lazy}(${number})`;
  };
  for (const statement of body) {
    const { start, end, type } = statement;
    if (type === 'VariableDeclaration') {
      const ids = statement.declarations.map((/** @type {any} */ one) => required(one.init));
      if (!ids.some((/** @type {unknown} */ id) => id !== undefined)) continue;
      const parts = statement.declarations.map((/** @type {any} */ one, /** @type {number} */ index) => {
        const id = ids[index];
        if (id === undefined || one.id.type !== 'Identifier') throw new Error(`${fileName}: an import that cannot be put off`);
        imports.set(one.id.name, id);
        return `${one.id.name} = ${loading(id, withDefault.has(one.id.name))}`;
      });
      edits.push({ start, end, text: `const ${parts.join(', ')};` });
    } else if (type === 'ExpressionStatement' && (required(statement.expression) !== undefined || wrapped(statement.expression) !== undefined)) {
      edits.push({ start, end, text: '' });
    }
  }
  /** @type {Edit[]} */
  const uses = [];
  eachNode(body, ({ type, name, start, end, ...node }) => {
    if (edits.some((edit) => start >= edit.start && start < edit.end)) return;
    // In parentheses for the sake of `new name.Class()`.
    if (type === 'Identifier' && imports.has(name)) {
      if (code[end] !== '.') throw new Error(`${fileName}: ${name} is used as a whole`);
      uses.push({ start, end, text: `(${name}())` });
    }
    // Where it is used once, when its module is loaded, the bundler gives it no name.
    const id = required({ type, ...node });
    if (id?.startsWith('.')) uses.push({ start, end, text: `(${loading(id, false)}())` });
  });
  return edited(code, [...edits, ...uses]);
}

/**
 * Modules as one script: an expression that takes `__lazy`, `require` and `__filename`, and gives a function for each module, which fills in its exports.
 * @param {readonly Chunk[]} chunks in the order of their numbers
 * @param {ReadonlyMap<string, number>} numbers of all modules by file name
 */
export function lazyScript(chunks, numbers) {
  const methods = chunks.map((chunk) => `${JSON.stringify(chunk.fileName)}(exports) {\n${putOff(chunk, numbers)}\n}`);
  return `function (${lazy}, require, __filename) {\n'use strict';\nreturn {\n${methods.join(',\n')}\n};\n}`;
}
