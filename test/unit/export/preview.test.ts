/** What an export would hold, before one is begun. */
import { describe, expect, it } from 'vitest';
import { exportMemory } from '../../../src/analysis/engine/export/export.ts';
import { previewExport } from '../../../src/analysis/engine/export/preview.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const never = new AbortController().signal;
const context = { signal: never, progress: () => undefined };
const dump = buildCase(
  ['memory 8 MiB', 'cpu prefix=0x8000', 'random 0x100000 0x80000', 'fill 0x200000 0x3000 0x77', 'format elf-vmcore producer=qemu'].join('\n'),
);
const open = () => sessionOn(memorySource('dump.elf', dump));

describe('the preview of an export', () => {
  it('counts the pages that the export then has', async () => {
    const session = open();
    const preview = await previewExport(session, undefined, never);
    const { pages } = await exportMemory(session, { format: 'elf', output: `${folder}/whole.elf` }, context);
    expect(preview.pages.total).toBe(pages.total);
    // Which of them are zero is seen when they are read.
    expect(preview.pages.present + preview.pages.zero).toBe(pages.present + pages.zero);
    expect(preview.memory).toEqual({ start: '0x0', end: '0x800000' });
  });

  it('takes ranges in whole pages, and says where there is nothing', async () => {
    const part = await previewExport(open(), [{ start: 0x100010n, end: 0x102001n }], never);
    expect([part.pages.total, part.memory]).toEqual([3, { start: '0x100000', end: '0x103000' }]);
    const beyond = await previewExport(open(), [{ start: 0x4000_0000n, end: 0x4000_1000n }], never);
    expect(beyond.memory).toBeUndefined();
  });

  it('names each level that cannot be followed, with the reason', async () => {
    const { unfiltered } = await previewExport(open(), undefined, never);
    expect(unfiltered.map(({ level }) => level)).toEqual(['cache', 'private-cache', 'user', 'free']);
    for (const { why } of unfiltered) expect(why).toMatch(/page flags cannot be read/);
  });
});
