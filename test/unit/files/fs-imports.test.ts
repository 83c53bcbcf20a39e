/** Who may open and write files: src/files alone. The linter looks at each import; this test looks that no way leads around it. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What a file takes of Node's file system, in whatever way. */
function takes(source: string): readonly string[] {
  const imports = [...source.matchAll(/^import (type )?([^;]*?) from '(?:node:)?fs(?:\/promises)?'/gms)];
  const names = imports.flatMap(([, type, what = '']) =>
    type !== undefined
      ? []
      : what.startsWith('{')
        ? what
            .slice(1, -1)
            .split(',')
            .flatMap((one) => (/^\s*(?:type\b.*)?$/s.test(one) ? [] : [one.trim().split(/\s/)[0]!]))
        : [what],
  );
  const others = [/\bimport\(\s*['"`](?:node:)?fs/, /\brequire\([^)]*\bfs\b/, /getBuiltinModule/, /process\.binding/, /from 'node:sqlite'/].filter((way) =>
    way.test(source),
  );
  return [...names, ...others.map(String)];
}

const asks = ['existsSync', 'readdirSync', 'statSync', 'realpathSync', 'readdir', 'stat'];
/** Files that need more, and why. The linter has the same list. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // Reads dumps by descriptors that src/files has opened.
  'src/analysis/source/file-source.ts': ['closeSync', 'fstatSync', 'readSync'],
  // Parts of the program.
  'src/analysis/page-index/page-job/wasm-page-job.ts': ['readFileSync'],
  'src/main/app-protocol.ts': ['readFile'],
  // The cache folder.
  'src/analysis/engine/session/unpacked-file.ts': ['createWriteStream', 'mkdir', 'rename', 'rm', 'statfs'],
};

describe('files', () => {
  it('are written and opened by src/files alone', () => {
    const found = globSync('src/**/*.{ts,tsx}')
      .filter((path) => !path.startsWith('src/files/') && !path.includes('/assembly/'))
      .flatMap((path) => {
        const more = takes(readFileSync(path, 'utf8')).filter((name) => !asks.includes(name) && !(exceptions[path] ?? []).includes(name));
        return more.length === 0 ? [] : [`${path}: ${more.join(', ')}`];
      });
    expect(found).toEqual([]);
  });

  it('are looked for in every way to get at them', () => {
    expect(takes("import { statSync,\n  writeFileSync as write, type Stats } from 'node:fs';")).toEqual(['statSync', 'writeFileSync']);
    expect(takes("import fs from 'fs';\nimport * as more from 'node:fs/promises';")).toEqual(['fs', '* as more']);
    expect(takes("import type { Stats } from 'node:fs';")).toEqual([]);
    for (const way of [
      "await import('node:fs')",
      "require('fs')",
      "createRequire(import.meta.url)('fs'); require( 'node:fs' )",
      "process.getBuiltinModule('fs')",
    ])
      expect(takes(way).length, way).toBeGreaterThan(0);
  });
});
