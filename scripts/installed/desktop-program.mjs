// The desktop program that was installed together with the command line, if one was.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the installed program; this file is in its out/cli/scripts/installed. */
const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Path of its executable. A package that brings one says where, in a file (layCliPayload in scripts/cli-payload.mjs). */
export function desktopProgram() {
  const said = join(root, 'desktop-program');
  if (!existsSync(said)) return undefined;
  const path = resolve(root, readFileSync(said, 'utf8').trim());
  return existsSync(path) ? path : undefined;
}

/** Why it cannot be started by this user; undefined where it can. */
export const refusal = () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? 'The desktop program runs in a sandbox, which is not available to root.' : undefined;

export const absent = 'The desktop program is not installed with this command line.';
