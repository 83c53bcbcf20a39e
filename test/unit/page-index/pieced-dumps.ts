/** Dumps of a few ranges of 16 MiB each, in several formats, and what an index of them must hold whichever way it was made. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession, type Session } from '../../../src/analysis/engine/session/session.ts';
import { openReadOnly } from '../../../src/analysis/page-index/sqlite.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { buildCaseFiles } from '../../../src/samples/case-text.ts';
import { tablesOf } from './open-for.ts';

/** Memory with something in some blocks, and nothing in others. */
const contents = `random 0x3000 0x9000 seed=3
lines 0x20000 0x5000
random 0xfff000 0x2000 seed=4
pointers 0x1005000 0x3000
random 0x2800000 0x4000 seed=5
fill 0x2900000 0x3000 0x5a
random 0x42ff000 0x1000 seed=5`;
const machine = 'memory 67 MiB\ncpu prefix=0x8000';

const texts: Readonly<Record<string, string>> = {
  'elf-vmcore': `${machine}\n${contents}\nload 0x0 0x1001800 file=0x1000800\nload 0x1004000 0x10000\nload 0x2800000 0x102000\nload 0x42ff000 0x1000\nformat elf-vmcore producer=qemu`,
  'kdump-compressed': `${machine}\n${contents}\nexclude 0x1006000 0x800000\nlost 0x2802000 0x1000\nformat kdump-compressed codec=mixed level=1`,
  'kdump-split': `${machine}\n${contents}\nformat kdump-compressed codec=zlib level=1 split=0x1200,0x2801`,
  s390: `${machine}\n${contents}\nformat s390`,
  's390-ext': `${machine}\n${contents}\nformat s390-ext compressed=yes`,
  lime: `${machine}\n${contents}\nformat lime ranges=0x0+0x1100000,0x2700000+0x300000,0x42ff000+0x1000`,
};
export const piecedFormats = [...Object.keys(texts), 'raw'];

/** Writes a dump into a folder. @returns opens it, as often as wanted */
export function piecedDump(folder: string, format: string): () => Session {
  const files = format === 'raw' ? rawFiles() : buildCaseFiles(`${texts[format] ?? ''}\n`);
  const paths = [...files].map(([name, bytes]) => {
    const path = join(folder, `${format}-${name}`);
    writeFileSync(path, bytes);
    return path;
  });
  const [path = '', ...others] = paths;
  const given = { ...(format === 'raw' ? { memoryAt: [0x1fff000n] } : {}), machine: 's390x' } as const;
  return () => openSession(path, others, ['raw', 'lime'].includes(format) ? given : {});
}

/** Memory from an address that is no multiple of a range, without any header. */
function rawFiles(): ReadonlyMap<string, Uint8Array> {
  const bytes = new Uint8Array(36 << 20);
  bytes.fill(0x41, 0x10, 0x900);
  bytes.fill(0x42, 0x1001000, 0x1003000);
  bytes.set([1, 2, 3], bytes.length - 3);
  return new Map([['memory', bytes]]);
}

const smallTables = ['region', 'cpu', 'register', 'note', 'finding'];

/** Everything that must not depend on how an index was made. */
export function contentOf(path: string) {
  const reader = readIndex(path);
  const connection = openReadOnly(path);
  try {
    const { pagesRead: _, ...header } = reader.header();
    const small = smallTables.map((name) => connection.prepare(`SELECT * FROM "${name}"`).raw().all());
    return { header, small, totals: reader.totals(), ...tablesOf(reader) };
  } finally {
    connection.close();
    reader.close();
  }
}
