// The sample dumps as files, for use when none is named.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.mjs';
import { runOn } from './node-runtime.mjs';
import { userCacheFolder } from './user-cache-folder.mjs';

const sampleNames = ['sample-damaged.s390', 'sample-healthy.vmcore'];

/** @param {string} node @param {string} cli @param {string} folder @param {'inherit' | 'ignore'} stdio */
const write = (node, cli, folder, stdio) => runOn(node, [cli, 'sample', folder, '--quiet'], process.env, stdio);

/** The samples in the cache folder. @param {string} node @param {string} cli @throws {Error} of the operating system */
async function cachedSamples(node, cli) {
  const folder = join(userCacheFolder(), 'samples');
  const paths = sampleNames.map((name) => join(folder, name));
  makeFolder(folder, 0o700);
  if ((await write(node, cli, folder, 'ignore')) === 0) return paths;
  // Those of another version, which no command replaces: a dump is a dump.
  for (const path of paths) rmSync(path, { force: true });
  if ((await write(node, cli, folder, 'ignore')) !== 0) throw new Error(`the samples cannot be written to ${folder}`);
  return paths;
}

/**
 * Nothing is written into the program's own folder, and without a cache folder they do not stay.
 * @param {string} node
 * @param {string} cli entry of the command line
 */
export async function sampleFiles(node, cli) {
  try {
    return await cachedSamples(node, cli);
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'dumpbench-samples-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const code = await write(node, cli, folder, 'inherit');
    if (code !== 0) process.exit(code);
    return sampleNames.map((name) => join(folder, name));
  }
}
