/** Dump files named on the command line. */
import { resolve } from 'node:path';
import { app } from 'electron';

/**
 * Everything after `--`; without it, every argument that is neither a switch nor the application's own folder. Paths are made absolute against the
 * caller's folder: a second instance has another working directory.
 */
export function dumpPaths(argv: readonly string[], directory: string): readonly string[] {
  const separator = argv.indexOf('--');
  if (separator !== -1) return argv.slice(separator + 1).map((path) => resolve(directory, path));
  const application = resolve(app.getAppPath());
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((path) => resolve(directory, path))
    .filter((path) => path !== application && resolve(path) !== resolve(application, 'out/main/main.js'));
}
