/** SIGKILL of commands at seeded moments of their work: nothing half-written has a final name, the evidence stays, and the next run gives what an undisturbed one does. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, it } from 'vitest';
import * as v from 'valibot';
import { buildCase } from '../../../src/samples/case-text.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { indexSchema } from '../../../src/shared/memory-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { describeNeeding } from '../../requirements.ts';
import { randomFor, runs, seed } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../../unit/page-index/pieced-dumps.ts';
import { failingDisk, type FailingDisk } from '../disk/failing-disk.ts';
import { killAtMoments, type KilledCommand, type Place } from './killed-command.ts';

const scratch = scratchFolder();
const evidence = join(scratch, 'evidence');
mkdirSync(evidence);
const write = (name: string, bytes: Uint8Array | string): string => {
  const path = join(evidence, name);
  writeFileSync(path, bytes);
  return path;
};
const sample = write('sample.s390', bundledSamples()[1]?.bytes ?? '');
const large = write('large.s390', buildCase('memory 33 MiB\ncpu prefix=0x8000\nrandom 0x100000 3 MiB\nlines 0x1800000 2 MiB\nformat s390'));
const packed = write('packed.s390.gz', gzipSync(bundledSamples()[1]?.bytes ?? ''));
const key = write('key.pem', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const inOut = (name: string) => ({ output: name, result: ({ out }: Place) => sha256(join(out, name)) });

const indexed: Pick<KilledCommand, 'result'> = {
  result(_, { out }) {
    const { memoryRoot, pages, indexPath } = v.parse(indexSchema, JSON.parse(out));
    return { memoryRoot, pages, content: contentOf(indexPath) };
  },
};

const index = (workers: number): KilledCommand => ({
  name: `index with ${workers} workers`,
  dump: large,
  words: () => ['index', large, '--digest', '--workers', String(workers), '--json'],
  ...indexed,
});

const commands: readonly KilledCommand[] = [
  index(0),
  index(2),
  {
    name: 'unpack',
    dump: packed,
    words: () => ['info', packed, '--json'],
    result({ cache }, { out }) {
      const { container, ...info } = v.parse(infoSchema, JSON.parse(out));
      const folder = join(cache, 'dumpbench', 'unpacked');
      const copies = readdirSync(folder).filter((name) => name.endsWith('.dump'));
      return { info, format: container.format, complete: container.complete, copies: copies.map((name) => sha256(join(folder, name))) };
    },
  },
  { name: 'report', dump: sample, words: ({ out }) => ['report', sample, '--format', 'html', '-o', join(out, 'r.html'), '--quiet'], ...inOut('r.html') },
  { name: 'export', dump: large, words: ({ out }) => ['export', large, '--format', 'kdump', '-o', join(out, 'e.kdump'), '--quiet'], ...inOut('e.kdump') },
  {
    name: 'capsule',
    dump: sample,
    words: ({ out }) => ['capsule', 'make', sample, '--key', key, '--digest', '-o', join(out, 'c.dumpcase'), '--quiet'],
    ...inOut('c.dumpcase'),
  },
  {
    name: 'merge',
    dump: large,
    words: ({ out }) => ['index', large, '--merge', join(out, 'pieces'), '--json'],
    prepare: ({ out }) => {
      mkdirSync(join(out, 'pieces'));
      for (const name of readdirSync(join(scratch, 'pieces'))) writeFileSync(join(out, 'pieces', name), readFileSync(join(scratch, 'pieces', name)));
    },
    ...indexed,
  },
];

describeNeeding('failing-disk', 'SIGKILL at a moment of the work', () => {
  let disk: FailingDisk | undefined;
  beforeAll(async () => {
    disk = failingDisk();
    const pieces = join(scratch, 'pieces');
    mkdirSync(pieces);
    for (const number of [0, 1, 2]) {
      const words = ['index', large, '--digest', '--range-number', String(number), '--range-size', '16MiB', '-o', pieces, '--quiet'];
      const { code, err } = await disk.run(words, {}, { XDG_CACHE_HOME: join(scratch, 'cache-of-pieces') });
      if (code !== 0) throw new Error(err);
    }
  });
  afterAll(() => {
    disk?.remove();
  });

  it.each(commands)(
    `$name can be resumed to the same result (seed ${seed})`,
    async (command) => {
      if (disk === undefined) throw new Error('no failing disk');
      await killAtMoments(command, runs(2, 27), randomFor(`killed ${command.name}`), { disk, scratch, evidence });
    },
    3_600_000,
  );
});
