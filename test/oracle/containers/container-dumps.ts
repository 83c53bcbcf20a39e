/** The real dumps in containers that store pages in other ways than ELF and plain stand-alone dumps do. */
import { openSession, type Session } from '../../../src/analysis/engine/session/session.ts';
import { dumpEntries, dumpFile, guestOracle, type DumpEntry } from '../../dumps.ts';

export interface Container {
  readonly name: string;
  /** The other files of its set. */
  readonly others: readonly string[];
  /** List of its pages with their SHA-256, below the guest's folder of oracles. */
  readonly list?: string;
  /** List of all pages that the unfiltered dump of the same moment holds: what else there is was filtered. */
  readonly ram?: string;
  /** Dump of which this one is a copy by a stand-alone dumper. */
  readonly copyOf?: string;
}

const d31 = 's3-kdump-lzo-d31.libkdumpfile-pages';
/** The filter of kernel A's dumps was given all pages of this one. */
const ram = 's3-kdump-raw-d0.libkdumpfile-pages';

const all: readonly Container[] = [
  { name: 'o-s390-s3-kdump-zlib-d31', others: [], list: d31, ram },
  { name: 'o-s390-s3-kdump-lzo-d31', others: [], list: d31, ram },
  { name: 'o-s390-s3-kdump-zstd-d31', others: [], list: d31, ram },
  { name: 'o-s390-s3-kdump-flat-zlib-d31', others: [], list: d31, ram },
  { name: 'o-s390-s3-kdump-split-1', others: ['o-s390-s3-kdump-split-2'], list: d31, ram },
  { name: 'o-s390-s3-kdump-raw-d0', others: [], list: 's3-kdump-raw-d0.libkdumpfile-pages' },
  { name: 'o-s390-s3-elf-flat-d31', others: [], list: 's3-elf-d31.libkdumpfile-pages', ram },
  { name: 'o-s390-s1-qemu.kdump-zlib', others: [], list: 's1-qemu.pages.sha256' },
  { name: 'o-s390k612-s3-kdump-zlib-d31', others: [], list: 's3-kdump-zlib-d31.libkdumpfile-pages', ram: 's3-vmcore.elf.libkdumpfile-pages' },
  { name: 'o-x86-x1-kdump-raw-d31', others: [], list: 'x1-kdump-zlib-d31.libkdumpfile-pages' },
  { name: 'o-herc-fba-ext.s390', others: [], copyOf: 'o-small-s5-qemu.elf' },
  { name: 'o-herc-eckd-ext.s390', others: [], copyOf: 'o-s390-s1-qemu.elf' },
  { name: 'o-herc-eckd-limit.s390', others: [], copyOf: 'o-small-s5-qemu.elf' },
  { name: 'o-herc-fba-incomplete.s390', others: [], copyOf: 'o-small-s5-qemu.elf' },
  { name: 'o-herc-mv-ext-vol0.s390', others: ['o-herc-mv-ext-vol1.s390', 'o-herc-mv-ext-vol2-unused.s390'], copyOf: 'o-s390k612-s1-qemu.elf' },
];

const listed = new Map(dumpEntries.map((entry) => [entry.name, entry]));

/** Those that are at hand. */
export const containers: readonly Container[] = all.filter(({ name }) => listed.has(name));

export function entryOf(name: string): DumpEntry {
  const entry = listed.get(name);
  if (entry === undefined) throw new Error(`${name} is not among the real dumps`);
  return entry;
}

/** Opens a dump with its set and closes it whatever happens. */
export async function withContainer<T>({ name, others }: Pick<Container, 'name' | 'others'>, use: (session: Session) => Promise<T> | T): Promise<T> {
  const [path = '', ...volumes] = await Promise.all([name, ...others].map(dumpFile));
  const session = openSession(path, volumes);
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

/** What was noted of a stand-alone dump: "o-herc-eckd-ext.s390" -> oracles/o-herc/eckd-ext.SUFFIX. */
export function standaloneText(name: string, suffix: string): string | undefined {
  const stem = /^o-herc-(.+?)(?:-vol0)?\.s390$/.exec(name)?.[1];
  return stem === undefined ? undefined : guestOracle('o-herc-s1-x', `${stem}.${suffix}`);
}
