/** Notes come in pages, and those of more CPUs than Linux can have are no CPUs. */
import { expect, it } from 'vitest';
import { describeNotes } from '../../../src/analysis/engine/machine/notes.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import type { NoteJson } from '../../../src/shared/structure-model.ts';
import { manyNotes } from '../../perf/many-notes.ts';

const sessionOf = (bytes: Uint8Array) => sessionOn(memorySource('notes', bytes));

it('pages hold every note once, in their order, and none is longer than an answer may be', () => {
  const session = sessionOf(manyNotes(3000, { owner: 'CORE', type: 99, descBytes: 128 }));
  const found: NoteJson[] = [];
  let pages = 0;
  for (let start: number | undefined = 0; start !== undefined; pages += 1) {
    const page = describeNotes(session, start);
    expect(page.notes.length).toBeLessThanOrEqual(256);
    for (const note of page.notes) found.push(note);
    start = page.next;
  }
  expect(pages).toBe(Math.ceil(3000 / 256));
  expect(found.map(({ index }) => index)).toEqual(Array.from({ length: 3000 }, (_, index) => index));
  expect(found[2999]?.raw).toBe(Buffer.from(session.image.notes[2999]?.desc ?? []).toString('hex'));
});

it('a page ends before a note that would make it long, but has at least one', () => {
  const bytes = manyNotes(3, { owner: 'ERASEINFO', type: 0, descBytes: 3 << 20 });
  for (const { descOffset, desc } of sessionOf(bytes).image.notes) bytes.fill('a', descOffset, descOffset + desc.length);
  const session = sessionOf(bytes);
  for (const start of [0, 1, 2]) {
    const { notes, next } = describeNotes(session, start);
    expect(notes.map(({ index }) => index)).toEqual([start]);
    expect(next).toBe(start === 2 ? undefined : start + 1);
  }
});

it('a text is shown up to a MiB, and says so', () => {
  const bytes = manyNotes(1, { owner: 'VMCOREINFO', type: 0, descBytes: (1 << 20) + 7 });
  for (const { descOffset, desc } of sessionOf(bytes).image.notes) bytes.fill('a', descOffset, descOffset + desc.length);
  const [note] = describeNotes(sessionOf(bytes)).notes;
  expect(note?.text?.length).toBe(1 << 20);
  expect([note?.textBytes, note?.bytes]).toEqual([1 << 20, (1 << 20) + 7]);
});

it('the first 8192 CPUs are read, and a finding names where the others begin', () => {
  const of = (count: number) => sessionOf(manyNotes(count, { owner: 'CORE', type: 1, descBytes: 336 }));
  const most = of(8192);
  expect(most.cpuSet.cpus.length).toBe(8192);
  expect(most.image.findings.map(({ id }) => id)).not.toContain('container-complete/cpu-notes');
  const more = of(8193);
  expect(more.cpuSet.cpus.length).toBe(8192);
  const finding = more.image.findings.find(({ id }) => id === 'container-complete/cpu-notes');
  expect(finding?.where).toMatchObject({ fileOffset: more.image.notes[8192]?.fileOffset });
  // The note itself is still shown.
  expect(describeNotes(more, 8192).notes).toMatchObject([{ index: 8192, name: 'NT_PRSTATUS' }]);
  expect(describeNotes(more, 8192).notes[0]?.cpu).toBeUndefined();
});
