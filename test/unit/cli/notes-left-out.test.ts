/** `notes` on dumps whose notes cannot all be read: it lists those that can, and says what is not among them. */
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { notesSchema } from '../../../src/shared/structure-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { manyNotes } from '../../perf/many-notes.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();

/** Of the PT_NOTE that `manyNotes` writes. */
const offsetAt = 72;
const sizeAt = 96;
const firstNote = 4096;

const three = (change: (file: Buffer) => void): Buffer => {
  const file = manyNotes(3, { owner: 'CORE', type: 99, descBytes: 8 });
  change(file);
  return file;
};

const kdump = (change: (file: Buffer, subHeader: number) => void): Buffer => {
  const file = Buffer.from(kdumpCompressed(s390xSystem({ cpuCount: 2 })));
  change(file, 4096);
  return file;
};

interface Damaged {
  readonly what: string;
  readonly file: () => Buffer;
  /** The file is made so long, with a hole at its end. */
  readonly length?: number;
  readonly listed: number;
  readonly why: RegExp;
}

const damaged: readonly Damaged[] = [
  {
    what: 'one note longer than is read',
    file: () =>
      three((file) => {
        file.writeUInt32BE(40 << 20, firstNote + 4);
        file.writeBigUInt64BE(50n << 20n, sizeAt);
      }),
    length: 60 << 20,
    listed: 0,
    why: /claims 52428800 bytes; only the first 33554432 are read/,
  },
  {
    what: 'a segment longer than is read',
    file: () => three((file) => file.writeBigUInt64BE(1n << 40n, sizeAt)),
    length: 60 << 20,
    listed: 3,
    why: /claims 1099511627776 bytes; only the first 33554432 are read/,
  },
  { what: 'more notes than are read', file: () => manyNotes(65_537, { owner: 'C', type: 9, descBytes: 4 }), listed: 65_536, why: /more than 65536 notes/ },
  {
    what: 'a note that runs out of its segment',
    file: () => three((file) => file.writeUInt32BE(4096, firstNote + 4)),
    listed: 0,
    why: /claims a name of 5 bytes and a descriptor of 4096/,
  },
  {
    what: 'a segment outside the file',
    file: () => three((file) => file.writeBigUInt64BE(1n << 50n, offsetAt)),
    listed: 0,
    why: /begins at file offset 0x4000000000000, the file has/,
  },
  {
    what: 'a file that ends in the notes',
    file: () => manyNotes(3, { owner: 'CORE', type: 99, descBytes: 8 }).subarray(0, firstNote + 40),
    listed: 1,
    why: /the file ends after 40 of the/,
  },
  { what: 'program headers that are not all there', file: () => three((file) => file.writeUInt16BE(9999, 56)), listed: 3, why: /counts 9999 program headers/ },
  {
    what: 'a VMCOREINFO of a kdump-compressed file outside of it',
    file: () =>
      kdump((file, at) => {
        file.writeBigUInt64BE(0n, at + 0x38);
        file.writeBigUInt64BE(1n << 40n, at + 0x20);
        file.writeBigUInt64BE(999n, at + 0x28);
      }),
    listed: 0,
    why: /claims 999 bytes of VMCOREINFO at file offset 0x10000000000; 0 of them can be read/,
  },
];

it.each(damaged)('$what: it says so on standard error and in the document', async ({ what, file, length, listed, why }) => {
  const path = join(folder, `${what.replaceAll(' ', '-')}.dump`);
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, file());
  if (length !== undefined) ftruncateSync(descriptor, length);
  closeSync(descriptor);
  const json = await runInProcess(['notes', path, '--json']);
  const document = v.parse(notesSchema, JSON.parse(json.out));
  expect(document.notes.length).toBe(listed);
  expect(document.missing?.map((one) => one.why).join('\n')).toMatch(why);
  const text = await runInProcess(['notes', path]);
  for (const run of [json, text]) {
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/^dumpbench: not shown: some of the notes: /);
    expect(run.err).toMatch(why);
  }
  expect(text.out).not.toContain('has no ELF notes');
});

it('nothing is missing where all notes are read, or there are none', async () => {
  for (const [name, bytes] of [
    ['all', three(() => undefined)],
    ['none', three((file) => file.writeBigUInt64BE(0n, sizeAt))],
    ['kdump', kdump(() => undefined)],
  ] as const) {
    const path = join(folder, `${name}.dump`);
    writeFileSync(path, bytes);
    const { out, err } = await runInProcess(['notes', path, '--json']);
    expect(v.parse(notesSchema, JSON.parse(out)).missing).toBeUndefined();
    expect(err).toBe('');
    expect((await runInProcess(['notes', path])).out.includes('this dump has no ELF notes')).toBe(name === 'none');
  }
});
