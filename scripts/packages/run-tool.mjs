// Runs a program that packs, quietly; what it said comes with its failure.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram, installLine } from '../system-packages.mjs';

const run = promisify(execFile);

/** Debian's packages of the programs that packing needs. @type {Readonly<Record<string, string>>} */
const packages = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm', mksquashfs: 'squashfs-tools', tar: 'tar' };

/** What of these is not here, as a sentence; undefined when nothing is. @param {readonly string[]} names */
export function lacksTool(...names) {
  const absent = names.filter((name) => findProgram(name) === undefined);
  if (absent.length === 0) return undefined;
  return `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not installed: ${installLine(absent.map((name) => packages[name] ?? name))}`;
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export async function runTool(program, args, options = {}) {
  try {
    await run(program, args, { ...options, maxBuffer: 1 << 26, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  } catch (error) {
    const { stderr = '', message } = /** @type {{ stderr?: string, message: string }} */ (error);
    throw new Error(`${program} failed: ${stderr.trim().split('\n').slice(-10).join('\n') || message}`, { cause: error });
  }
}
