/** An export says what it was made from: one of a cut dump is whole by its headers, and no complete dump. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExportRequest } from '../../../src/analysis/engine/export/plan.ts';
import { exportMemory } from '../../../src/analysis/engine/export/export.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { exportFindings, exportProducer, writeExportNote } from '../../../src/analysis/formats/export-note.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import type { ExportFormat } from '../../../src/shared/export-model.ts';
import { failingSource } from '../../failing-source.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const never = new AbortController().signal;
const whole = buildCase('system healthy state=disabled-wait\nformat s390\n');
const opened = (name: string, bytes: Uint8Array): Session => sessionOn(memorySource(name, Buffer.from(bytes)));

let files = 0;
async function exported(session: Session, format: ExportFormat, more: object = {}): Promise<Session> {
  const output = join(folder, `export.${files++}`);
  await exportMemory(session, { format, output, ...more }, { signal: never, progress: () => undefined });
  return opened('export', readFileSync(output));
}
const found = ({ image }: Session, id: string): string => image.findings.find((one) => one.id === id)?.detail ?? 'no such finding';
const ofExports = ({ image }: Session): readonly string[] => image.findings.map(({ id }) => id).filter((id) => id.includes('export'));

describe.each(['elf', 'kdump'] as const)('an export as %s', (format) => {
  it('of a complete dump is complete, and names its source and the writer of that', async () => {
    const source = opened('dump.s390', whole);
    const copy = await exported(source, format);
    expect(copy.image.container.complete.value).toBe(true);
    expect(found(copy, 'container/export')).toContain('format s390 (all of its memory)');
    expect(copy.image.container.producer?.value).toBe(`${source.image.container.producer?.value ?? ''}, exported by Dumpbench`);
  });

  it('of a dump that is cut off is not complete, and says what was lost, through further exports too', async () => {
    const once = await exported(opened('dump.s390', whole.subarray(0, whole.length - 0x100000)), format);
    const twice = await exported(once, format === 'elf' ? 'kdump' : 'elf');
    for (const copy of [once, twice]) {
      expect(copy.image.container.complete.value).toBe(false);
      expect(found(copy, 'container-complete/export-source')).toMatch(
        /^dumpbench [\d.]+ exported it from a dump in the format s390 \(all of its memory\), which was not complete: .+/,
      );
    }
    expect(ofExports(twice)).toHaveLength(2);
    expect(twice.image.container.producer?.value).toBe(once.image.container.producer?.value);
  });

  it('names what was left out on request, and no filter that could not be followed', async () => {
    const copy = await exported(opened('dump.s390', whole), format, { ranges: [{ start: 0n, end: 0x2000n }], filter: ['zero', 'user'] });
    expect(found(copy, 'container/export')).toContain('(only the ranges that were asked for)');
    const header = copy.image.structures.find(({ name }) => name.startsWith('kdump_sub_header'));
    expect(header?.fields.find(({ name }) => name === 'dump_level')?.value).toBe(format === 'kdump' ? '0x1' : undefined);
  });

  it('of memory outside the dump is refused, and one without a page has nothing to compare', async () => {
    const beyond = { ranges: [{ start: 1n << 60n, end: (1n << 60n) + 0x1000n }] };
    await expect(exported(opened('dump.s390', whole), format, beyond)).rejects.toThrow('no memory of the dump lies at 0x1000000000000000-0x1000000000001000');
    const cut = opened('dump.s390', whole.subarray(0, whole.length - 0x100000));
    const start = (cut.image.memory.end / 0x1000n - 1n) * 0x1000n;
    const output = join(folder, `empty.${format}`);
    const request = { format, output, ranges: [{ start, end: start + 0x1000n }] };
    const answer = await exportMemory(cut, request, { signal: never, progress: () => undefined });
    expect(answer).not.toHaveProperty('memoryRoot');
    expect(answer.missing.map(({ what }) => what)).toContain('any page of memory');
  });
});

describe('the note of an export', () => {
  const about = { tool: 'dumpbench 1', source: { format: 's390', complete: true, losses: [] }, view: 'all', part: false, filter: [] };
  const note = { fileOffset: 0, descOffset: 20, ...writeExportNote(about) };

  it('has a type of its own: tools take a small one for registers, whoever owns the note', () => expect(note.type).toBeGreaterThan(0xffff));

  it.each([
    ['of another owner', { owner: 'CORE' }],
    ['of another version', { type: note.type + 1 }],
    ['that is cut off', { desc: note.desc.subarray(0, 40) }],
    ['of other contents', { desc: Buffer.from('{"tool":1}') }],
    ['of endless text', { desc: Buffer.concat([note.desc, Buffer.alloc(70_000)]) }],
  ])('says nothing when it is one %s', (_, change) => {
    expect(exportFindings([{ ...note, ...change }])).toEqual([]);
    expect(exportProducer([{ ...note, ...change }])).toBeUndefined();
  });

  it('without a known writer of the source names the export', () => expect(exportProducer([note])?.value).toBe('Dumpbench export'));
});

it('a raw file begins where its answer says, though its first pages turned out to be unreadable', async () => {
  const session = sessionOn(failingSource(memorySource('dump.s390', Buffer.from(whole)), [{ start: 0x1000, end: 0x9000 }]));
  const output = join(folder, 'raw');
  const answer = await exportMemory(session, { format: 'raw', output }, { signal: never, progress: () => undefined });
  const bytes = readFileSync(output);
  const start = BigInt(answer.memory?.start ?? '0x0');
  const page = new Uint8Array(0x1000);
  for (let at = 0; at < bytes.length; at += page.length) {
    session.image.memory.read(start + BigInt(at), page.fill(0));
    if (Buffer.compare(page, bytes.subarray(at, at + page.length)) !== 0) expect.fail(`the page at ${at} of the file differs`);
  }
});

it('a range that goes on after the memory of the dump ends with it, and the answer says so', async () => {
  const session = opened('dump.s390', whole);
  const { end } = session.image.memory;
  const output = join(folder, 'beyond');
  const request: ExportRequest = { format: 'raw', output, ranges: [{ start: end - 0x2000n, end: 1n << 63n }] };
  const answer = await exportMemory(session, request, { signal: never, progress: () => undefined });
  expect(answer).toMatchObject({ bytes: 0x2000, memory: { end: `0x${end.toString(16)}` } });
  expect(answer.missing).toContainEqual(expect.objectContaining({ what: 'the end of a range', why: 'the memory of the dump ends before it' }));
});
