/**
 * The folder of the window's settings and sessions, in which Chromium also caches compiled code of the page. Other users who can write there could
 * inject code, so a folder that is not private to the user is refused and another one is used.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { whyNotPrivate } from '../files/cache-folder.ts';
import { makeOwnFolder } from '../files/own-folder.ts';

/** Subfolders whose contents are read back, as code or as data. */
const parts = ['Code Cache', 'Code Cache/js', 'Code Cache/wasm', 'GPUCache', 'DawnGraphiteCache', 'DawnWebGPUCache', 'sessions'];

/**
 * Call before the app is ready and before anything is read from the folder.
 * @returns a sentence if another folder is used
 */
export function useOwnUserFolder(): string | undefined {
  const usual = app.getPath('userData');
  const why = whyNotPrivate(usual, parts);
  if (why === undefined) return undefined;
  const user = String(process.getuid?.() ?? 'user');
  const other = [`${usual}-${user}`, ...[1, 2, 3, 4].map((number) => join(tmpdir(), `dumpbench-window-${user}.${number}`))].find(
    (folder) => whyNotPrivate(folder, parts) === undefined,
  );
  if (other === undefined) {
    process.stderr.write(`dumpbench: there is no folder for the settings: ${usual}: ${why}\n`);
    process.exit(3);
  }
  makeOwnFolder(other);
  app.setPath('userData', other);
  app.setPath('sessionData', other);
  return `${usual} is not used for settings: ${why}; ${other} is used instead`;
}
