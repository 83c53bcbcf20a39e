/** Modules of the bundled command line: each is loaded when something of it is first used. */
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { lazyScript } from '../../../scripts/lazy-modules.mjs';

type Exports = Record<string, unknown>;

/** Modules as the bundler gives them out, with what they load noted in `loaded`. */
function running(files: Readonly<Record<string, string>>) {
  const chunks = Object.entries(files).map(([fileName, code]) => ({ fileName, code }));
  const numbers = new Map(chunks.map(({ fileName }, number) => [fileName, number]));
  const loaded: string[] = [];
  const exports: Exports[] = [];
  const builtin = { join: (...parts: readonly string[]) => parts.join('/') };
  const load = (id: number | string): Exports => {
    if (typeof id === 'string') return builtin;
    const known = exports[id];
    if (known !== undefined) return known;
    loaded.push(chunks[id]?.fileName ?? '');
    const made: Exports = {};
    exports[id] = made;
    factories[id]?.(made);
    return made;
  };
  const lazy =
    (id: number | string, hasDefault = false) =>
    (): Exports =>
      hasDefault ? { ...load(id), default: load(id) } : load(id);
  const script = runInThisContext(`(${lazyScript(chunks, numbers)})`) as (...given: readonly unknown[]) => Readonly<Record<string, (exports: Exports) => void>>;
  const factories = Object.values(script(lazy, () => builtin, '/there'));
  return { loaded, of: (fileName: string) => load(numbers.get(fileName) ?? -1) };
}

describe('modules of the bundle', () => {
  it('are loaded when something of them is used, and once', () => {
    const { loaded, of } = running({
      'a.cjs':
        'const require_b = require("./inner/b.cjs"), require_c = require("./c.cjs");\nexports.one = () => require_b.value + require_b.value;\nexports.two = () => require_c.value;',
      'inner/b.cjs': 'exports.value = 21;',
      'c.cjs': 'exports.value = 1;',
    });
    const { one } = of('a.cjs') as { one: () => number };
    expect(loaded).toEqual(['a.cjs']);
    expect(one()).toBe(42);
    expect(loaded).toEqual(['a.cjs', 'inner/b.cjs']);
  });

  it('need each other in a circle, may be used once while they load, and give classes to make and to extend', () => {
    const { of } = running({
      'a.cjs':
        'const require_b = require("./b.cjs");\nclass Own extends require_b.Base {}\nexports.make = () => [new Own().name, new require_b.Base().name];\nexports.label = () => "a";',
      'b.cjs':
        'const require_a = require("./a.cjs");\nvar { unit } = require("./c.cjs").units;\nexports.Base = class { name = unit; };\nexports.other = () => require_a.label();',
      'c.cjs': 'exports.units = { unit: "page" };',
    });
    expect((of('a.cjs') as { make: () => unknown }).make()).toEqual(['page', 'page']);
    expect((of('b.cjs') as { other: () => unknown }).other()).toBe('a');
  });

  it('take modules of Node by name and as a whole, and leave keys and members of the same name alone', () => {
    const { of } = running({
      'a.cjs': [
        'const require_runtime = require("./runtime.cjs");',
        'let node_path = require("node:path");',
        'node_path = require_runtime.__toESM(node_path, 1);',
        'exports.all = { node_path: node_path.join("a", "b"), other: node_path.default.join("c"), member: { node_path: 1 }.node_path };',
      ].join('\n'),
      'runtime.cjs': 'exports.__toESM = () => { throw new Error("not called"); };',
    });
    expect(of('a.cjs').all).toEqual({ node_path: 'a/b', other: 'c', member: 1 });
  });

  it('are refused where an import is used as a whole, which cannot be put off', () => {
    expect(() => running({ 'a.cjs': 'const require_b = require("./b.cjs");\nexports.all = [require_b];', 'b.cjs': '' })).toThrow(
      'a.cjs: require_b is used as a whole',
    );
  });
});
