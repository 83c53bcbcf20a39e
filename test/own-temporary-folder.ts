/**
 * Each test file has a folder for temporary files of its own, as open to everybody as the system's. Without one, what a command put
 * into its substitute for the cache folder there would be found by the next test file, or by a later run.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
const before = process.env[variable];
const folder = mkdtempSync(join(tmpdir(), 'dumpbench-tmp-'));
chmodSync(folder, 0o1777);
process.env[variable] = folder;

afterAll(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, variable);
  else process.env[variable] = before;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
