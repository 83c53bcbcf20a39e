/**
 * Child process of soak.ts: one engine opens dumps, asks what people ask, and closes them, round after round. After each it says what it holds.
 * Started with --expose-gc; its cache and its temporary files are in a folder of its own.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { steadyMilliseconds } from '../../../src/files/steady-clock.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { engineHosts } from '../../engine-hosts.ts';
import type { Held } from './soak.ts';

const [, , folder = '', rounds = '', minutes = ''] = process.argv;
const cache = process.env.XDG_CACHE_HOME ?? '';

const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const samples = bundledSamples().map(({ name, bytes }) => write(name, bytes));
const kdump = buildCase('memory 2 MiB\ncpu prefix=0x8000\nlines 0x0 0x100000\nrandom 0x100000 64 KiB\nformat kdump-compressed codec=zlib');
const dumps = [
  ...samples,
  write('pages.kdump', kdump),
  write('packed.gz', gzipSync(buildCase('memory 4 MiB\ncpu prefix=0x8000\nlines 0x10000 0x200000\nformat s390'))),
];
const cut = write('cut.kdump', kdump.subarray(0, 0x1800));
/** A real crash, so that tasks, types, and backtraces are there. */
const real = fileURLToPath(new URL('../../dumps/c-null-kthread.kdump', import.meta.url));

/** Regular files below a folder, and their bytes. */
function filesIn(place: string): readonly [number, number] {
  const found = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0);
  return [found.length, found.reduce((sum, size) => sum + size, 0)];
}

mkdirSync(cache, { recursive: true });
const host = engineHosts.find(({ name }) => name === 'in process');
if (host === undefined || globalThis.gc === undefined) throw new Error('it needs the engine in this process, and --expose-gc');
const collect = globalThis.gc;
const { client, close } = host.start();

async function oneDump(path: string, round: number): Promise<void> {
  const { dump } = await client.call('open', { path });
  await client.call('triage', { dump });
  await client.call('info', { dump });
  await client.call('read', { dump, space: 'absolute', address: 0x8000n, length: 4096 });
  await client.call('search', { dump, pattern: 'Linux', type: 'text', limit: 100 });
  await client.call('index', { dump, digest: true, rebuild: round % 2 === 0, workers: round % 3 === 0 ? 2 : 0 });
  await client.call('verify', { dump, quick: false });
  // Nobody waits for it any more.
  const abort = new AbortController();
  const given = client.call('search', { dump, pattern: '00', type: 'bytes', limit: 1 }, { signal: abort.signal }).catch(() => undefined);
  abort.abort();
  await given;
  await client.call('close', { dump });
}

async function oneRound(round: number): Promise<void> {
  for (const path of dumps) await oneDump(path, round);
  const { dump } = await client.call('open', { path: samples[0] ?? '' });
  await client.call('sql', { dump, query: 'SELECT count(*) FROM page', rows: 10, seconds: 60 });
  await client.call('close', { dump });
  for (const path of [cut, join(folder, 'not-there')]) {
    const opened = await client.call('open', { path }).catch(() => undefined);
    if (opened !== undefined) await client.call('close', { dump: opened.dump });
  }
  if (minutes !== '') await oneDump(real, round);
}

const begun = steadyMilliseconds();
const isOver = (done: number): boolean => (minutes === '' ? done >= Number(rounds) : steadyMilliseconds() - begun >= Number(minutes) * 60_000);
for (let round = 0; !isOver(round); round += 1) {
  await oneRound(round);
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  const [temporaryFiles] = filesIn(tmpdir());
  const [cacheFiles, cacheBytes] = filesIn(cache);
  const held: Held = { rss, heap: heapUsed + external, descriptors: readdirSync('/proc/self/fd').length, temporaryFiles, cacheFiles, cacheBytes };
  process.send?.(held);
}
await close();
process.disconnect();
