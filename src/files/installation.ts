/** The files of the installed program, compared with the list in the package (scripts/installation-list.mjs). */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { systemReason } from './system-error.ts';
import { installationList } from '../shared/installation-list.ts';

/** In an installed program this file is in its out/cli. */
const installedFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Installation {
  readonly folder: string;
  /** Files that the list names. */
  readonly listed: number;
  /** Those that are not as they were packaged, each with what is wrong. */
  readonly wrong: readonly string[];
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * @param folder of the program; by default the one that runs
 * @returns undefined where there is no list, as in a checkout
 */
export async function examineInstallation(folder = installedFolder): Promise<Installation | undefined> {
  const list = join(folder, installationList);
  if (!existsSync(list)) return undefined;
  const lines = (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '');
  const wrong: string[] = [];
  for (const line of lines) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (digest === undefined || name === undefined) {
      wrong.push(`${installationList} itself has a line that names no file`);
      continue;
    }
    try {
      if ((await sha256(join(folder, name))) !== digest) wrong.push(`${name} was changed`);
    } catch (error) {
      wrong.push(`${name}: ${systemReason(error)}`);
    }
  }
  if (lines.length === 0) wrong.push(`${installationList} is empty`);
  return { folder, listed: lines.length, wrong };
}
