/** What the benchmark measures against: programs of the system, where they are, and how those that are missing are installed. */
import { spawnSync } from 'node:child_process';
import { findProgram, installLine } from '../../scripts/system-packages.mjs';

export type YardstickId = 'cat' | 'dd' | 'openssl' | 'makedumpfile' | 'libkdumpfile' | 'cc';

interface Yardstick {
  /** As rows name it. */
  readonly title: string;
  /** What of Debian holds it. */
  readonly packages: readonly string[];
  /** Path of the program; undefined where it is not here. */
  readonly find: () => string | undefined;
}

/** Its bindings are those of the system's Python, not of one that comes first in PATH. */
const systemPython = '/usr/bin/python3';
const bindings = (): string | undefined => (spawnSync(systemPython, ['-c', 'import kdumpfile'], { stdio: 'ignore' }).status === 0 ? systemPython : undefined);

const program = (name: string, ...packages: readonly string[]): Yardstick => ({ title: name, packages, find: () => findProgram(name) });

const yardsticks: Readonly<Record<YardstickId, Yardstick>> = {
  cat: program('cat', 'coreutils'),
  dd: program('dd', 'coreutils'),
  openssl: program('openssl', 'openssl'),
  makedumpfile: program('makedumpfile', 'makedumpfile'),
  libkdumpfile: { title: 'libkdumpfile', packages: ['python3', 'python3-libkdumpfile'], find: bindings },
  cc: { title: 'a source of a given speed (a C compiler)', packages: ['gcc', 'libc6-dev'], find: () => findProgram('cc') },
};

const found = new Map<YardstickId, string | undefined>();

/** Path of a yardstick's program; looked for once. */
export function yardstick(id: YardstickId): string | undefined {
  if (!found.has(id)) found.set(id, yardsticks[id].find());
  return found.get(id);
}

export interface NotMeasured {
  readonly what: string;
  /** In words. */
  readonly why: string;
  /** What would have to be here. */
  readonly needs?: YardstickId;
}

/** A row that cannot be measured for want of a yardstick. */
export const without = (id: YardstickId, what: string): NotMeasured => ({ what, why: `${yardsticks[id].title} is not installed`, needs: id });

/** The last line of a run: which rows are missing, and what installs what they need; undefined where none is. */
export function notMeasuredLine(rows: readonly NotMeasured[]): string | undefined {
  if (rows.length === 0) return undefined;
  const packages = [...new Set(rows.flatMap(({ needs }) => (needs === undefined ? [] : yardsticks[needs].packages)))];
  const list = rows.map(({ what, why }) => `${what} (${why})`).join('; ');
  return `not measured: ${list}.${packages.length === 0 ? '' : ` On Debian, as root: ${installLine(packages)}`}`;
}
