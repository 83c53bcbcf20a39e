/** What comparing two indexed dumps of 4 GiB costs: the engine's answer, and the command with the start of its process. */
import { closeSync, constants, copyFileSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createEngine } from '../../src/analysis/engine/engine.ts';
import { portPair } from '../../src/analysis/engine/in-process.ts';
import { engineProtocol } from '../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../src/shared/rpc.ts';
import { median, type Bench } from './bench-run.ts';

const pageBytes = 4096;
/** Of a stand-alone dump's header (s390_dump_header): when it was begun, as TOD clock. */
const todAt = 0x38;
const tenSeconds = 10_000_000n << 12n;
const changedEvery = 100;
const repeats = 5;

/** A later dump of the same system: one page in a hundred has changed. */
function later(folder: string, path: string): string {
  mkdirSync(join(folder, 'later'));
  const copy = join(folder, 'later', basename(path));
  copyFileSync(path, copy, constants.COPYFILE_FICLONE);
  const file = openSync(copy, 'r+');
  const tod = Buffer.alloc(8);
  readSync(file, tod, 0, tod.length, todAt);
  tod.writeBigUInt64BE(tod.readBigUInt64BE() + tenSeconds);
  writeSync(file, tod, 0, tod.length, todAt);
  const changed = Buffer.from('changed!');
  for (let at = pageBytes; at < statSync(copy).size - pageBytes; at += changedEvery * pageBytes) writeSync(file, changed, 0, changed.length, at + 64);
  closeSync(file);
  return copy;
}

/**
 * @param path a stand-alone dump
 * @returns median seconds
 * @throws Error when the indexes were not used or the answer is not the changes that were made
 */
export async function compareDumps(bench: Bench, folder: string, path: string): Promise<{ readonly engine: number; readonly command: number }> {
  const paths = [path, later(folder, path)] as const;
  for (const one of paths) bench.command('index', '--quiet', one);
  const command = median(Array.from({ length: repeats }, () => bench.command('compare', '--quiet', ...paths)));

  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = bench.cache;
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  const client = connect(engineProtocol, near);
  try {
    const [left, right] = await Promise.all(paths.map(async (one) => (await client.call('open', { path: one })).dump));
    const times: number[] = [];
    for (let run = 0; run < repeats; run += 1) {
      const started = performance.now();
      const { pages, method } = await client.call('compare', { left: left ?? '', right: right ?? '', exact: false, shift: 0 });
      times.push((performance.now() - started) / 1000);
      const expected = Math.ceil((statSync(path).size - 2 * pageBytes) / pageBytes / changedEvery);
      if (method !== 'fingerprint' || pages.changed !== expected)
        throw new Error(`${pages.changed} pages differ by the engine's answer (${method}), ${expected} were changed`);
    }
    return { engine: median(times), command };
  } finally {
    client.close();
    engine.close();
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
}
