/** Extended stand-alone dumps: segments, gaps, compression and the block size that the file does not record. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { ngdumpDigest } from '../../../src/analysis/integrity/checks/ngdump-digest.ts';
import { pageDecode } from '../../../src/analysis/integrity/checks/page-decode.ts';
import type { Check, CheckContext, CheckOutcome } from '../../../src/analysis/integrity/check.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { ngdump } from '../../../src/samples/ngdump.ts';
import { s390Ext } from '../../../src/samples/s390-ext.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { expectSoundExtents, wrongPages } from './described-memory.ts';

const system = s390xSystem({ cpuCount: 2 });
/** With whole MiBs of zeros. */
const large = s390xSystem({ cpuCount: 2, memorySize: 12 << 20 });
const open = (bytes: Uint8Array) => openDump(memorySource('dump', bytes));
const runCheck = (check: Check, bytes: Uint8Array): CheckOutcome | Promise<CheckOutcome> =>
  check.run({ image: open(bytes), signal: new AbortController().signal } as CheckContext);

describe('s390-ext', () => {
  it.each([{}, { version: 1 }, { emptyStop: true }])('opens with %o', (options) => {
    const image = open(s390Ext(large, options));
    expect(image.format).toBe('s390-ext');
    expect(image.container.complete.value).toBe(true);
    expect(wrongPages(image.memory, { memory: large.memory })).toEqual([]);
    expectSoundExtents(image.memory);
    expect([...image.memory.extents].some((extent) => extent.state === 'zero')).toBe(true);
  });

  it.each([4096, 2048, 1024, 512])('finds out that compressed segments are counted in blocks of %i bytes', async (blockSize) => {
    const bytes = s390Ext(system, { version: 2, compression: { blockSize } });
    const image = open(bytes);
    expect(image.container.complete.value).toBe(true);
    expect(image.container.compression?.source).toContain(`${blockSize} bytes`);
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
    expect((await runCheck(pageDecode, bytes)).verdict).toBe('passed');
    expect(describeDump(sessionOn(memorySource('dump', bytes))).container).toMatchObject({ zlibVersion: 1, zlibEntryBytes: 0x100000 });
  });

  it('calls the pages of a damaged entry unreadable', async () => {
    const bytes = s390Ext(system, { version: 2, compression: { blockSize: 4096 } });
    const extent = [...open(bytes).memory.extents].findIndex((one) => one.state === 'stored' && one.fileOffset === undefined);
    expect(extent).toBeGreaterThan(0);
    // The second segment is the first compressed one: its header follows the raw MiB.
    const data = 0x1000 + 0x1000 + 0x100000 + 0x1000;
    bytes.fill(0xa5, data + 200, data + 300);
    const image = open(bytes);
    const wrong = wrongPages(image.memory, { memory: system.memory });
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.filter((one) => !one.endsWith('unreadable instead of bytes'))).toEqual([]);
    expect((await runCheck(pageDecode, bytes)).verdict).toBe('failed');
  });

  it('takes an end marker for the end where the stop marker is missing', () => {
    const image = open(s390Ext(system, { stop: false }));
    expect(image.findings.map((finding) => finding.id)).toContain('segments/stop-marker');
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
  });
});

describe('ngdump-digest', () => {
  it('passes, fails and is not recorded', async () => {
    expect((await runCheck(ngdumpDigest, ngdump(system))).verdict).toBe('passed');
    expect((await runCheck(ngdumpDigest, ngdump(system, { sha256: '00'.repeat(32) }))).verdict).toBe('failed');
    expect((await runCheck(ngdumpDigest, ngdump(system, { sha256: 'none' }))).verdict).toBe('not-recorded');
    const damaged = ngdump(system);
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
    expect((await runCheck(ngdumpDigest, damaged)).verdict).toBe('failed');
    expect(ngdumpDigest.inapplicable?.(open(s390Ext(system)))).toMatch(/only NGDump/);
  });
});
