/** Archives of any make: the dump that was put in comes out, and damage is never another dump that seems whole. */
import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { tarFile } from '../../archives/tar-file.ts';
import { zipFile } from '../../archives/zip-file.ts';
import { dumpsInFolder } from './dumps-in-folder.ts';

const system = s390xSystem({ cpuCount: 2 });
const dump = Buffer.from(s390Standalone(system));
const other = Buffer.from(elfVmcore(system));
const { writeAlone: write, open } = dumpsInFolder();
const contentsOf = (session: Session): Buffer => readFileSync(session.unpacked?.path ?? '');
const text = { name: 'readme.txt', data: Buffer.from('a dump\n') };
const member = { name: 'dir/vmcore', data: dump };
const tar = tarFile(text, { name: 'dir/', type: '5' }, member);

describe('whatever an archive is made of', () => {
  const dumps = [dump, other, Buffer.from(kdumpCompressed(system, {}))] as const;
  const packs = [(bytes: Buffer) => bytes, (bytes: Buffer) => zlib.gzipSync(bytes), (bytes: Buffer) => zlib.zstdCompressSync(bytes)] as const;
  const file = fc.record({ name: fc.stringMatching(/^[a-z./-]{1,40}$/), bytes: fc.uint8Array({ maxLength: 3000 }) });
  const shape = fc.record({
    dump: fc.nat(dumps.length - 1),
    before: fc.array(file, { maxLength: 5 }),
    after: fc.array(file, { maxLength: 5 }),
    inner: fc.nat(packs.length - 1),
    outer: fc.nat(packs.length - 1),
    kind: fc.constantFrom('tar-posix', 'tar-gnu', 'tar-old', 'zip-deflate', 'zip-stored', 'zip-zstd', 'zip-wide', 'zip-later'),
  });

  it('the dump in it is the dump that was put in', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async ({ dump: which, before, after, inner, outer, kind }) => {
        const contents = dumps[which] ?? dump;
        const data = packs[inner]?.(contents) ?? contents;
        const plain = (files: typeof before): { name: string; data: Buffer }[] =>
          files.map(({ name, bytes }) => ({ name: `x${name}`, data: Buffer.from(bytes) }));
        const entries = [...plain(before), { name: 'the-dump', data }, ...plain(after)];
        const [family, variant] = kind.split('-');
        const archive =
          family === 'tar'
            ? tarFile(
                ...entries.map((one) => ({ ...one, magic: variant === 'gnu' ? ('gnu' as const) : variant === 'old' ? ('none' as const) : ('posix' as const) })),
              )
            : zipFile(
                entries.map((one) => ({
                  ...one,
                  method: variant === 'stored' ? 'stored' : variant === 'zstd' ? 'zstd' : 'deflate',
                  wide: variant === 'wide',
                  descriptor: variant === 'later',
                })),
              );
        const bytes = family === 'tar' ? (packs[outer]?.(archive) ?? archive) : archive;
        const session = await open(`${write('random', bytes)}!the-dump`);
        expect(contentsOf(session).equals(contents)).toBe(true);
        session.close();
      }),
      { numRuns: 25 },
    );
  });

  it('bytes that were changed or lost are an error with a place, or a dump with findings, never another dump that seems whole', async () => {
    const bases = [tarFile(text, member), zipFile([text, member]), zlib.gzipSync(tarFile(text, member))];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (which, share, flip, isCut) => {
          const bytes = Buffer.from(bases[which] ?? tar);
          const at = Math.floor(share * bytes.length);
          if (isCut) bytes.fill(0, 0, 0);
          else bytes[at] = (bytes[at] ?? 0) ^ flip;
          const path = write('changed', isCut ? bytes.subarray(0, at) : bytes);
          let session: Session;
          try {
            session = await open(path);
          } catch (error) {
            expect((error as Error).name).toMatch(/DumpError|SeveralDumps|ForeignFile|RequestError/);
            return;
          }
          // A plain tar has no checksum of contents.
          if (which !== 0 && session.image.container.complete.value) expect(contentsOf(session).equals(dump)).toBe(true);
          session.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
