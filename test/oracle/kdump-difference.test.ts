/** A damaged kdump kernel against a healthy image of it: exactly the recorded ranges, and what they look like. */
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/shared/check-model.ts';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import type { KdumpOriginal } from '../../src/analysis/integrity/evidence.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { derivedDumps, derivedPatches, openDumpSource, orNone, wholeDumps, type DumpEntry } from '../dumps.ts';
import { patchedSource } from '../patched-source.ts';
import { withSession } from './oracle-suite.ts';

const overwritten = derivedDumps.filter(({ name }) => name.includes('kdump-overwritten'));
const healthyOf = ({ name }: DumpEntry): DumpEntry | undefined => wholeDumps.find((entry) => entry.name === `${name.split('-s6-')[0] ?? ''}-s1-qemu.elf`);

const check = (entry: DumpEntry, kdumpOriginals: readonly KdumpOriginal[]): Promise<CheckResult | undefined> =>
  withSession(entry, async (session) => {
    const results = await checkSession(session, 'quick', new AbortController().signal, { evidence: { files: [session.file], kdumpOriginals } });
    return results.find(({ id }) => id === 'purgatory-sha256');
  });
const differences = (result: CheckResult | undefined): readonly NonNullable<CheckResult['findings']>[number][] =>
  (result?.findings ?? []).filter(({ id }) => id === 'purgatory-sha256/differs');

describe.skipIf(overwritten.length === 0)('kdump kernel with recorded damage', () => {
  it.each(orNone(overwritten).map((entry) => [entry.name, entry] as const))('%s: the healthy dump shows each range', async (_, entry) => {
    const healthy = healthyOf(entry);
    if (healthy === undefined) throw new Error('no healthy dump of this guest');
    const result = await withSession(healthy, ({ memory }) => check(entry, [{ kind: 'dump', name: healthy.name, memory }]));
    const recorded = derivedPatches(entry).map(({ phys, oldBytes }) => ({
      space: 'absolute',
      start: phys,
      end: `0x${(BigInt(phys) + BigInt(oldBytes.length)).toString(16)}`,
    }));
    expect(recorded.length).toBeGreaterThan(0);
    expect(differences(result).map(({ where }) => where)).toEqual(recorded);
    expect(result?.ranges).toEqual(recorded);
    expect(differences(result).find(({ detail }) => detail.includes('+ 512'))?.detail).toMatch(/I\/O buffer of one sector.*0xdeadbeef/);
    // The bytes of the healthy dump have the digest that the damaged one recorded.
    expect(result?.steps?.find(({ check: name }) => name.startsWith('image'))).toMatchObject({ passed: true });
    expect(differences(result).map(({ recorded: bytes }) => bytes?.slice(0, 6))).toEqual(
      derivedPatches(entry).map(({ oldBytes }) => oldBytes.toString('hex').slice(0, 6)),
    );
  });

  it.each(orNone(overwritten.slice(0, 1)).map((entry) => [entry.name, entry] as const))(
    '%s: twin: an altered image is distinguished from the healthy one',
    async (_, entry) => {
      const healthy = healthyOf(entry);
      if (healthy === undefined) throw new Error('no healthy dump of this guest');
      const opened = await openDumpSource(healthy);
      try {
        const kernel = sessionOn(opened.source);
        const extent = [...kernel.image.memory.extents].find(({ state }) => state === 'stored');
        const at = (extent?.fileOffset ?? 0) + 0x10020000;
        const byte = new Uint8Array(1);
        opened.source.readInto(at, byte);
        const { memory } = sessionOn(patchedSource(opened.source, [{ offset: at, bytes: Uint8Array.of((byte[0] ?? 0) ^ 1) }]));
        const result = await check(entry, [{ kind: 'dump', name: 'altered', memory }]);
        expect(result?.steps?.find(({ check: name }) => name.startsWith('image'))).toMatchObject({ passed: false });
        expect(differences(result)).toHaveLength(derivedPatches(entry).length + 1);
        expect(differences(result)[0]).toMatchObject({
          where: { start: '0x10020000', end: '0x10020001' },
          detail: expect.stringContaining('one flipped bit') as string,
        });
      } finally {
        opened.close();
      }
    },
  );

  it.each(orNone(overwritten.slice(0, 1)).map((entry) => [entry.name, entry] as const))('%s: kernel image and initrd as files', async (_, entry) => {
    const healthy = healthyOf(entry);
    if (healthy === undefined) throw new Error('no healthy dump of this guest');
    const [image, initrd] = await withSession(healthy, ({ memory }) => [
      memory.readExactly(0x10000000n, 0x258000, 'kernel image'),
      memory.readExactly(0x10800000n, 0x498fff, 'initrd'),
    ]);
    // The file has no command line of its own, and loads at 0.
    const file = Buffer.concat([Buffer.alloc(0x10000), Buffer.from(image).subarray(0x10000)])
      .fill(0, 0x10400, 0x10428)
      .fill(0, 0x10480, 0x11000);
    const result = await check(entry, [
      { kind: 'file', name: 'image', source: memorySource('image', file) },
      { kind: 'file', name: 'initrd', source: memorySource('initrd', initrd) },
      { kind: 'file', name: 'text', source: memorySource('text', Buffer.from('something else')) },
    ]);
    expect(differences(result).map(({ where }) => (where !== undefined && 'start' in where ? where.start : ''))).toEqual(
      derivedPatches(entry).map(({ phys }) => phys),
    );
    expect(result?.steps?.at(-1)?.detail).toContain('cannot be compared');
  });
});
