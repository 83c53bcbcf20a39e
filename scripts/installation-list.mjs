// The list of the files of an installed program with their SHA-256, as sha256sum writes and checks it. `dumpbench doctor` holds the files against it:
// Electron looks at the digest of its archive on macOS and Windows alone.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { installationList } from '../src/shared/installation-list.ts';

/** @param {string} program lib/dumpbench of a tree that is complete but for the list */
export function writeInstallationList(program) {
  const files = readdirSync(program, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(program, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => name !== installationList)
    .sort();
  const digest = (/** @type {string} */ name) =>
    createHash('sha256')
      .update(readFileSync(join(program, name)))
      .digest('hex');
  writeFileSync(join(program, installationList), files.map((name) => `${digest(name)}  ${name}\n`).join(''), { mode: 0o644 });
}
