/** Segments that contradict one another: already the first look does not call such a dump complete. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { headline } from '../../../src/cli/text/summary-text.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { completenessText } from '../../../src/shared/dump-completeness.ts';

const never = new AbortController().signal;
const caseBytes = (name: string): Uint8Array => buildCase(readFileSync(join(import.meta.dirname, '../../cases', `${name}.dump`), 'utf8'));
const open = (bytes: Uint8Array) => sessionOn(memorySource('vmcore', bytes));

describe.each([
  ['elf-overlap-differing', 'segments/copies-differ'],
  ['elf-overlap-in-file', 'segments/file-overlap'],
] as const)('%s', (name, id) => {
  it('is not called complete, in no place', async () => {
    const session = open(caseBytes(name));
    const info = describeDump(session);
    expect(info.container.complete).toBe(false);
    expect(info.provenance?.['/container/complete']?.source).toContain('contradict one another');
    expect(info.findings).toContainEqual(expect.objectContaining({ id, severity: 'error' }));
    expect(headline(info)).toContain('SEGMENTS CONTRADICT ONE ANOTHER');
    expect(completenessText(info)).toBe('segments contradict one another');
    // The check that compares all bytes says it once.
    const check = (await checkSession(session, 'quick', never)).find((one) => one.id === 'segments');
    expect(check?.verdict).toBe('failed');
    expect(check?.findings?.filter((finding) => finding.id === id)).toHaveLength(1);
  });

  it('that is cut as well is incomplete', () => {
    const bytes = caseBytes(name);
    const info = describeDump(open(bytes.subarray(0, 0x4000)));
    expect([info.container.complete, completenessText(info)]).toEqual([false, 'incomplete']);
  });
});

describe('segments that overlap', () => {
  it('with equal bytes are complete', () => {
    const info = describeDump(open(caseBytes('elf-overlap-equal')));
    expect([info.container.complete, completenessText(info)]).toEqual([true, 'complete']);
  });

  it('with a difference that no sample shows are left to the check', async () => {
    const overlap = `# An alias of 512 KiB.\nmemory 1 MiB\nload 0x40000 0x80000\nload 0x0 0x100000\nformat elf-vmcore producer=kernel vmcoreinfo=no\n`;
    const sound = open(buildCase(overlap));
    const segment = sound.image.segments.at(0);
    if (segment === undefined) throw new Error('no segment');
    const hidden = Uint8Array.from(buildCase(overlap));
    // Samples are a page each, 16 of them: byte 0x3000 of 0x80000 lies between the first two.
    hidden[segment.fileOffset + 0x3000] = (hidden[segment.fileOffset + 0x3000] ?? 0) ^ 1;
    expect(open(hidden).image.container.complete.value).toBe(true);
    const check = (await checkSession(open(hidden), 'quick', never)).find((one) => one.id === 'segments');
    expect(check).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('0x43000') as string });
    const shown = Uint8Array.from(buildCase(overlap));
    const last = segment.fileOffset + segment.fileBytes - 1;
    shown[last] = (shown[last] ?? 0) ^ 1;
    expect(open(shown).image.container.complete.value).toBe(false);
  });
});
