/**
 * The real dumps that lie beside the checkout (`../shared/dumps`, or DUMPBENCH_SHARED_DUMPS). Those that a test names are
 * restored through the folder's own unpack.py into a cache outside the checkout; recorded damages are applied in memory.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { openFile } from '../src/analysis/source/file-source.ts';
import type { ByteSource } from '../src/analysis/source/byte-source.ts';
import { patchedSource } from './patched-source.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const entrySchema = v.object({
  name: v.string(),
  size: v.number(),
  how: v.picklist(['plain', 'delta', 'derived']),
  file: v.string(),
  base: v.optional(v.string()),
});
export type DumpEntry = v.InferOutput<typeof entrySchema>;

const derivedSchema = v.object({
  patches: v.optional(v.array(v.object({ offset: v.number(), phys: v.optional(v.string()), old: v.string(), new: v.string() }))),
  truncate: v.optional(v.number()),
  facts: v.optional(v.record(v.string(), v.unknown())),
});

function findFolder(): string | undefined {
  const given = process.env.DUMPBENCH_SHARED_DUMPS;
  if (given === 'none') return undefined;
  const folder = resolve(given === undefined || given === '' ? join(root, '..', 'shared', 'dumps') : given);
  if (!existsSync(join(folder, 'unpack.py'))) return undefined;
  const canRestore = ['python3', 'zstd', 'xz'].every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0);
  return canRestore ? folder : undefined;
}

const folder = findFolder();

/** Whether the real dumps can be used here; scripts/test.mjs says why not. */
export const haveDumps = folder !== undefined;

/** Everything that the folder lists. */
export const dumpEntries: readonly DumpEntry[] =
  folder === undefined ? [] : v.parse(v.object({ files: v.array(entrySchema) }), JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8'))).files;

/** ELF and plain stand-alone dumps: names tell them from compressed, flattened and extended ones. */
const isElfOrPlain = ({ name }: DumpEntry): boolean => /\.elf$|-elf-d\d+$|\.s390$/.test(name) && !/-flat-|^[a-z]-herc-/.test(name);

/** The undamaged dumps of the formats that are readable so far. */
export const wholeDumps: readonly DumpEntry[] = dumpEntries.filter((entry) => entry.how !== 'derived' && isElfOrPlain(entry));

/** Recorded damages and changes of those. */
export const derivedDumps: readonly DumpEntry[] = dumpEntries.filter((entry) => entry.how === 'derived' && isElfOrPlain(entry));

/** A stand-in for it.each when there are no dumps: one test that is shown as skipped. */
export const orNone = (entries: readonly DumpEntry[]): readonly DumpEntry[] =>
  entries.length > 0 ? entries : [{ name: '(no dumps)', size: 0, how: 'plain', file: '' }];

function cacheFolder(): string {
  const given = process.env.XDG_CACHE_HOME;
  return join(given === undefined || given === '' ? join(homedir(), '.cache') : given, 'dumpbench-test', 'dumps');
}

function needFolder(): string {
  if (folder === undefined) throw new Error('there are no real dumps here: guard the test with haveDumps');
  return folder;
}

const run = promisify(execFile);
const restored = new Map<string, Promise<string>>();

/** Path of a dump, restored if it is not in the cache yet. unpack.py locks each file and restores the bases of deltas. */
export function dumpFile(name: string): Promise<string> {
  const known = restored.get(name);
  if (known !== undefined) return known;
  const cache = cacheFolder();
  const path = run('python3', [join(needFolder(), 'unpack.py'), cache, name]).then(() => join(cache, name));
  restored.set(name, path);
  return path;
}

export interface OpenedDump {
  readonly source: ByteSource;
  readonly close: () => void;
}

const recordOf = (entry: DumpEntry): v.InferOutput<typeof derivedSchema> =>
  v.parse(derivedSchema, JSON.parse(readFileSync(join(needFolder(), entry.file), 'utf8')));

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

/** Where the texts about a dump lie: "o-s390-s1-qemu.elf" -> oracles/o-s390/s1-qemu.elf. Undefined for other names. */
function oracleStem(name: string): string | undefined {
  const match = /^(.+?)-([a-z]\d-.+)$/.exec(name);
  return match?.[1] === undefined || match[2] === undefined ? undefined : join(needFolder(), 'oracles', match[1], match[2]);
}

const decompressed = (path: string): string => execFileSync('xz', ['-dc', path], { encoding: 'utf8', maxBuffer: 1 << 28 });

function textAt(path: string): string | undefined {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  return existsSync(`${path}.xz`) ? decompressed(`${path}.xz`) : undefined;
}

/** What a reference tool said of a dump: `suffix` is "readelf.txt", "zgetdump-2.35.txt" and so on. Undefined: no such text. */
export function oracleText(name: string, suffix: string): string | undefined {
  const stem = folder === undefined ? undefined : oracleStem(name);
  if (stem === undefined) return undefined;
  // Some guests' texts leave the ending of the dump's name out.
  return textAt(`${stem}.${suffix}`) ?? textAt(`${stem.replace(/\.(elf|s390)$/, '')}.${suffix}`);
}

/** A text about a dump's guest as a whole: `file` is a path below the guest's folder of oracles. */
export function guestOracle(name: string, file: string): string | undefined {
  const stem = folder === undefined ? undefined : oracleStem(name);
  return stem === undefined ? undefined : textAt(join(dirname(stem), file));
}

/** What the guest itself or its monitor said. */
export const guestText = (name: string, file: string): string | undefined => guestOracle(name, join('guest', file));

/** What the reference tools said of a damaged dump. */
export const damagedText = (name: string, suffix = 'txt'): string | undefined =>
  folder === undefined ? undefined : textAt(join(folder, 'oracles', `${name.split('-')[0] ?? ''}-damaged`, `${name}.${suffix}`));
