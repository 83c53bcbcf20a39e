/**
 * The real dumps that tests run on, by name, with the texts that reference tools and the guests themselves wrote about them. Some are in this
 * repository, more may lie in folders next to the checkout (dump-folders.ts). Recorded damages are applied in memory.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdDecompressSync } from 'node:zlib';
import * as v from 'valibot';
import { openFile } from '../src/analysis/source/file-source.ts';
import type { ByteSource } from '../src/analysis/source/byte-source.ts';
import { dumpFolders, dumpsByName, type DumpEntry } from './dump-folders.ts';
import { patchedSource } from './patched-source.ts';
import { restoreDump } from './restore-dump.ts';

export type { DumpEntry } from './dump-folders.ts';

const derivedSchema = v.object({
  patches: v.optional(v.array(v.object({ offset: v.number(), phys: v.optional(v.string()), old: v.string(), new: v.string() }))),
  truncate: v.optional(v.number()),
  facts: v.optional(v.record(v.string(), v.unknown())),
});

/** Whether all of these dumps are here. */
export const haveDump = (...names: readonly string[]): boolean => names.every((name) => dumpsByName.has(name));

/** Those of a list whose dumps are here: names, or rows that begin with one name or more. */
export const withDumps = <T extends string | readonly unknown[]>(rows: readonly T[], names = 1): readonly T[] =>
  rows.filter((row) => haveDump(...(typeof row === 'string' ? [row] : row.slice(0, names).map(String))));

/** Crash dumps of known trouble, whose truth is in their texts (`crashOracle`). */
const isCrash = ({ name }: DumpEntry): boolean => name.startsWith('c-');
export const crashDumps: readonly DumpEntry[] = [...dumpsByName.values()].filter(isCrash);

/** All other dumps: the same few moments of a few guests in many formats. */
export const dumpEntries: readonly DumpEntry[] = [...dumpsByName.values()].filter((entry) => !isCrash(entry));

/** ELF and plain stand-alone dumps: names tell them from compressed, flattened and extended ones. */
const isElfOrPlain = ({ name }: DumpEntry): boolean => /\.elf$|-elf-d\d+$|\.s390$/.test(name) && !/-flat-|^[a-z]-herc-/.test(name);

/** The undamaged dumps of the formats that are readable so far. */
export const wholeDumps: readonly DumpEntry[] = dumpEntries.filter((entry) => entry.how !== 'derived' && isElfOrPlain(entry));

/** Recorded damages and changes of those. */
export const derivedDumps: readonly DumpEntry[] = dumpEntries.filter((entry) => entry.how === 'derived' && isElfOrPlain(entry));

/** A stand-in for it.each when there are no dumps: one test that is shown as skipped. */
export const orNone = (entries: readonly DumpEntry[]): readonly DumpEntry[] =>
  entries.length > 0 ? entries : [{ name: '(no dumps)', size: 0, sha256: '', how: 'plain', file: '' }];

const restored = new Map<string, Promise<string>>();

/** Path of a dump, restored if it is not in the cache yet. */
export function dumpFile(name: string): Promise<string> {
  const path = restored.get(name) ?? restoreDump(name);
  restored.set(name, path);
  return path;
}

export interface OpenedDump {
  readonly source: ByteSource;
  readonly close: () => void;
}

const recordOf = (entry: DumpEntry): v.InferOutput<typeof derivedSchema> => v.parse(derivedSchema, JSON.parse(readFileSync(entry.file, 'utf8')));

/** An address that the record of a damage notes: `os_info_at` and such. */
export function derivedFact(entry: DumpEntry, name: string): string | undefined {
  const value = recordOf(entry).facts?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** What a recorded damage overwrote in memory, by absolute address. */
export const derivedPatches = (entry: DumpEntry): readonly { readonly phys: string; readonly oldBytes: Buffer; readonly newBytes: Buffer }[] =>
  (recordOf(entry).patches ?? []).flatMap((patch) =>
    patch.phys === undefined ? [] : [{ phys: patch.phys, oldBytes: Buffer.from(patch.old, 'hex'), newBytes: Buffer.from(patch.new, 'hex') }],
  );

/** A dump as a source: from its file, or for a recorded damage from its base with the record's changes. */
export async function openDumpSource(entry: DumpEntry): Promise<OpenedDump> {
  if (entry.how !== 'derived') {
    const file = openFile(await dumpFile(entry.name));
    return {
      source: { ...file, name: entry.name },
      close: () => {
        file.close();
      },
    };
  }
  if (entry.base === undefined) throw new Error(`${entry.name} has no base`);
  const record = recordOf(entry);
  const base = openFile(await dumpFile(entry.base));
  const patches = (record.patches ?? []).map((patch) => {
    const old = Buffer.from(patch.old, 'hex');
    const found = new Uint8Array(old.length);
    base.readInto(patch.offset, found);
    if (!old.equals(found)) throw new Error(`${entry.name}: other bytes than recorded at ${patch.offset} of ${entry.base ?? ''}`);
    return { offset: patch.offset, bytes: Buffer.from(patch.new, 'hex') };
  });
  return {
    source: patchedSource(base, patches, record.truncate, entry.name),
    close: () => {
      base.close();
    },
  };
}

/** Reads xz files, which only the folders with more dumps have. */
function fromXz(path: string): string {
  try {
    return execFileSync('xz', ['-dc', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${path} needs the command xz: install the package xz-utils`, { cause: error });
  }
}

function textAt(path: string): string | undefined {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  if (existsSync(`${path}.zst`)) return zstdDecompressSync(readFileSync(`${path}.zst`), { params: { [constants.ZSTD_d_windowLogMax]: 31 } }).toString('utf8');
  return existsSync(`${path}.xz`) ? fromXz(`${path}.xz`) : undefined;
}

/** A text below `oracles` of the first folder that has it. */
function oracleAt(...path: readonly string[]): string | undefined {
  for (const folder of dumpFolders) {
    const text = textAt(join(folder, 'oracles', ...path));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Where the texts about a dump lie: "o-s390-s1-qemu.elf" -> o-s390, s1-qemu.elf. Undefined for other names. */
function guestAndMoment(name: string): readonly [string, string] | undefined {
  const match = /^(.+?)-([a-z]\d-.+)$/.exec(name);
  return match?.[1] === undefined || match[2] === undefined ? undefined : [match[1], match[2]];
}

/** What a reference tool said of a dump: `suffix` is "readelf.txt", "zgetdump-2.35.txt" and so on. Undefined: no such text. */
export function oracleText(name: string, suffix: string): string | undefined {
  const place = guestAndMoment(name);
  if (place === undefined) return undefined;
  const [guest, moment] = place;
  // Some guests' texts leave the ending of the dump's name out.
  return oracleAt(guest, `${moment}.${suffix}`) ?? oracleAt(guest, `${moment.replace(/\.(elf|s390)$/, '')}.${suffix}`);
}

/** A text about a dump's guest as a whole: `file` is a path below the guest's folder of oracles. */
export function guestOracle(name: string, file: string): string | undefined {
  const place = guestAndMoment(name);
  return place === undefined ? undefined : oracleAt(place[0], file);
}

/** What the guest itself or its monitor said. */
export const guestText = (name: string, file: string): string | undefined => guestOracle(name, join('guest', file));

/** What the reference tools said of a damaged dump. */
export const damagedText = (name: string, suffix = 'txt'): string | undefined => oracleAt(`${name.split('-')[0] ?? ''}-damaged`, `${name}.${suffix}`);

/** A text about a crash dump, with or without its ending: crashOracle('c-abba-mutex', 'truth.txt'), 'guest/meminfo.txt', 'crash-a.txt'. */
export const crashOracle = (name: string, file: string): string | undefined => oracleAt(name.replace(/\.(kdump|s390|elf)$/, ''), file);
