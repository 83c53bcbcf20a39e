// Makes a folder with those above it. Node's own way never comes to an end on some file systems (/proc), where a name can
// neither be found nor made.
import fs from 'node:fs';
import path from 'node:path';

/**
 * @param {string} folder
 * @param {number} [mode] of folders that are made
 * @throws {Error} of the operating system, when one cannot be made
 */
export function makeFolder(folder, mode = 0o777) {
  const missing = [];
  for (let at = path.resolve(folder); fs.statSync(at, { throwIfNoEntry: false }) === undefined; at = path.dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    try {
      fs.mkdirSync(one, { mode });
    } catch (error) {
      // Another process makes it at the same moment.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
}
