/**
 * Each test file has a folder for temporary files of its own, as open to everybody as the system's. Without one, what a command put
 * into its substitute for the cache folder there would be found by the next test file, or by a later run. It lies on a disk if there is one.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { fileSystemType, whyTimesHide } from '../src/files/change-time.ts';

/**
 * Where indexes and unpacked copies of files are used without a remark: many tests are about that. The usual folder is in memory on some
 * machines, where times do not show every change.
 */
function baseFolder(): string {
  const spare = fileURLToPath(new URL('../node_modules/.dumpbench-test', import.meta.url));
  const shows = (path: string): boolean => whyTimesHide({ ctimeNs: 1n }, fileSystemType(path), 2n) === undefined;
  const usual = [tmpdir(), '/var/tmp'].find((path) => existsSync(path) && shows(path));
  if (usual !== undefined) return usual;
  mkdirSync(spare, { recursive: true });
  return shows(spare) ? spare : tmpdir();
}

const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
const before = process.env[variable];
const folder = mkdtempSync(join(baseFolder(), 'dumpbench-tmp-'));
chmodSync(folder, 0o1777);
process.env[variable] = folder;

afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, variable);
  else process.env[variable] = before;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
