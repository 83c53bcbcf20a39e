/** Every place that names CPUs says the same of whose registers they are: of all dumps, and of dumps whose notes were swapped, doubled or emptied. */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { notesByCpu } from '../../../src/analysis/formats/cpu-notes.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { cpuPlaces } from '../../cpu-places.ts';
import { crashDumps, dumpEntries, haveDump, openDumpSource, type DumpEntry } from '../../dumps.ts';
import { patchedSource, type BytePatch } from '../../patched-source.ts';

type Set = readonly { readonly at: number; readonly desc: Buffer }[];
type Change = (sets: readonly Set[]) => readonly BytePatch[];

/** Notes of one set of registers written over those of another, as far as both have them. */
const over = (to: Set | undefined, from: Set | undefined): readonly BytePatch[] =>
  (to ?? []).flatMap(({ at, desc }, place) => {
    const other = from?.[place]?.desc;
    return other?.length === desc.length ? [{ offset: at, bytes: other }] : [];
  });

const changes: Readonly<Record<string, Change>> = {
  'swapped sets': ([first, second]) => [...over(first, second), ...over(second, first)],
  'the first set twice': ([first, second]) => over(second, first),
  'the second set twice': ([first, second]) => over(first, second),
  'an empty set': ([, second]) => (second ?? []).map(({ at, desc }) => ({ offset: at, bytes: Buffer.alloc(desc.length) })),
};

async function agree(entry: DumpEntry, change: Change | undefined): Promise<void> {
  const { source, close } = await openDumpSource(entry);
  try {
    const sets = notesByCpu(sessionOn(source).image.notes).map((notes) => notes.map(({ descOffset: at, desc }) => ({ at, desc: Buffer.from(desc) })));
    const patched: ByteSource = change === undefined ? source : patchedSource(source, change(sets));
    const open = (): Session => sessionOn(patched);
    const { places, running, traced, lowcores } = await cpuPlaces(open);
    for (const said of Object.values(places)) expect(said).toEqual(places.cpus);
    // Of two sets of registers of one CPU, a list of tasks can name one alone.
    expect(traced).toEqual(expect.arrayContaining([...running]));
    expect(lowcores[0]).toEqual(lowcores[1]);
    expect(new Set(running.map(taskOf))).toEqual(new Set(traced.map(taskOf)));
  } finally {
    close();
  }
}

const taskOf = (line: string): string => line.replace(/^.* runs /, '');

/** Many are the same dump in another format. */
const format = /^c-|qemu\.elf$|elf-d31$|kdump-(raw|zlib|overwritten)|(?<!-vol\d.*)\.s390$/;
const whole = [...dumpEntries.filter(({ how }) => how !== 'derived'), ...crashDumps].filter(({ name }) => format.test(name));
const altered = ['o-a64-a1-qemu.elf', 'o-x86-x1-kdump-raw-d31', 'o-x86-x1-qemu.elf', 'o-s390-s1-qemu.elf', 'o-s390-s3-elf-d31', 'c-x86-null.kdump'];

describe.skipIf(whole.length === 0)('places that name CPUs', () => {
  it.each(whole.map((entry) => [entry.name, entry] as const))('agree about %s', async (_name, entry) => {
    await agree(entry, undefined);
  });

  it.each(altered.filter((name) => haveDump(name)).flatMap((name) => Object.entries(changes).map(([what, change]) => [name, what, change] as const)))(
    'agree about %s with %s',
    async (name, _what, change) => {
      const entry = whole.find((one) => one.name === name);
      if (entry === undefined) throw new Error(`${name} is not there`);
      await agree(entry, change);
    },
  );
});
