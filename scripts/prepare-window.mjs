// What the tests of the window need: bundles, an Electron runtime, its libraries and a virtual display. Says in one line
// what is missing and could not be had.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkElectronLibraries } from './electron-libraries.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {(line: string) => void} log
 * @returns {Promise<string | undefined>} why the window cannot be tested here; undefined when it can
 */
export async function prepareWindow(log) {
  if (process.platform !== 'linux') return 'the tests of the window run on Linux, with a virtual display';
  let runtime;
  try {
    runtime = await ensureElectron({ log });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const libraries = await checkElectronLibraries(runtime.executable, { install: true, log });
  if (!libraries.complete || !libraries.hasXvfb) return libraries.advice ?? `Electron lacks ${libraries.missing.join(', ')}`;
  const built = await runOn(pinnedNode(), [join(root, 'scripts', 'build.mjs'), '--if-needed']);
  return built === 0 ? undefined : 'the window could not be built';
}
