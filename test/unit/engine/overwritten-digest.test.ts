/** A digest that was itself overwritten is distinguished from memory that changed, by what is left of it, by a healthy image, and by what it looks like. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { verifySession } from '../../../src/analysis/engine/integrity/verify.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import type { KdumpOriginal } from '../../../src/analysis/integrity/evidence.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { applyDamage } from '../../../src/samples/damage.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import type { PurgatoryProducer } from '../../../src/samples/kdump-kernel.ts';
import { ngdump } from '../../../src/samples/ngdump.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { places } from '../../../src/samples/s390x-places.ts';
import { s390xSystem, type S390xSystem, type S390xSystemOptions } from '../../../src/samples/s390x-system.ts';
import type { CheckResult } from '../../../src/shared/check-model.ts';

const never = new AbortController().signal;
const build = (producer: PurgatoryProducer, change: (system: S390xSystem) => void = () => undefined) => {
  const system = s390xSystem({ cpuCount: 1, kdumpKernel: producer });
  change(system);
  return sessionOn(memorySource('dump', s390Standalone(system)));
};
const loaded = (system: S390xSystem) => {
  if (system.kdump === undefined) throw new Error('no kdump kernel');
  return system.kdump;
};
const hexOf = (value: number): string => `0x${value.toString(16)}`;
const place = (start: number, length: number) => ({ space: 'absolute', start: hexOf(start), end: hexOf(start + length) });

async function purgatoryCheck(session: ReturnType<typeof build>, kdumpOriginals: readonly KdumpOriginal[] = []): Promise<CheckResult> {
  const results = await checkSession(session, 'quick', never, { evidence: { files: [session.file], kdumpOriginals } });
  const found = results.find(({ id }) => id === 'purgatory-sha256');
  if (found === undefined) throw new Error('no check');
  return found;
}
const healthy = (producer: PurgatoryProducer, name = 'healthy'): KdumpOriginal => ({ kind: 'dump', name, memory: build(producer).memory });
const imageStep = ({ steps = [] }: CheckResult) => steps.find(({ check }) => check.startsWith('image'));
const overwriteDigest = (from: number, bytes: readonly number[]) => (system: S390xSystem) => {
  system.memory.write(loaded(system).digestAddress + from, Uint8Array.from(bytes));
};

describe.each(['kexec-tools', 'kernel'] as const)('a purgatory of %s', (producer) => {
  it('whose region table was wiped: the table is what is damaged, and no memory is accused', async () => {
    const wipe = (byte: number) => (system: S390xSystem) => {
      system.memory.fill(loaded(system).tableAddress, 256, byte);
    };
    const check = await purgatoryCheck(build(producer, wipe(0)));
    expect(check).toMatchObject({ verdict: 'failed', failure: 'The region table of the loaded kdump kernel was overwritten.' });
    expect(check.detail).toMatch(
      /is all zero: the purgatory computes the digest of nothing, .* does not start kdump; whether the kdump kernel .* cannot be determined/,
    );
    const table = loaded(s390xSystem({ cpuCount: 1, kdumpKernel: producer })).tableAddress;
    expect(check.findings).toMatchObject([{ id: 'purgatory-sha256/table', where: place(table, 256) }]);
    const pattern = await purgatoryCheck(build(producer, wipe(0x41)));
    expect(pattern.detail).toMatch(/holds no regions of the crashkernel memory: what the purgatory computes from it is not known/);
  });

  it('of which nothing is left, while a kdump kernel is loaded, is a finding', async () => {
    const gone = (system: S390xSystem): void => {
      const { digestAddress } = loaded(system);
      system.memory.fill(digestAddress - 0x600, 0xc00, 0);
    };
    const check = await purgatoryCheck(build(producer, gone));
    expect(check.verdict).toBe('not-recorded');
    expect(check.findings).toMatchObject([{ id: 'purgatory-sha256/no-table', severity: 'warning' }]);
  });

  it('of which most bytes were overwritten by a pattern: it is none, and the memory is not accused', async () => {
    for (const byte of [0, 0x41]) {
      const check = await purgatoryCheck(
        build(
          producer,
          overwriteDigest(
            3,
            Array.from({ length: 27 }, () => byte),
          ),
        ),
      );
      expect(check).toMatchObject({ verdict: 'failed', failure: 'The recorded digest of the kdump kernel was overwritten.' });
      expect(check.detail).toMatch(
        /no digest is recorded: in its place are 8 or more bytes of 0x\w\w in a row\. Whether the kdump kernel .* cannot be determined/,
      );
    }
  });

  it('of which some bytes of the digest were overwritten: the rest proves the memory', async () => {
    const session = build(producer, overwriteDigest(4, [0xde, 0xad, 0xbe, 0xef]));
    const { digestAddress } = loaded(s390xSystem({ cpuCount: 1, kdumpKernel: producer }));
    const check = await purgatoryCheck(session);
    expect(check).toMatchObject({
      verdict: 'failed',
      failure: 'The recorded digest of the kdump kernel was overwritten.',
      detail: expect.stringMatching(/4 of the 32 bytes .*\[deadbeef\].* prove that the kdump kernel and its initrd are unchanged/) as string,
      ranges: [place(digestAddress + 4, 4)],
      findings: [{ id: 'purgatory-sha256/digest', recorded: 'deadbeef', where: place(digestAddress + 4, 4) }],
    });
    expect(check.remedy).toBeUndefined();
    // The damage map has these four bytes, and not the memory that they cover.
    const { damage = [] } = await verifySession(session, { quick: true }, { signal: never, progress: () => undefined });
    expect(damage.filter(({ findings }) => findings.some((id) => id.startsWith('purgatory-sha256'))).map(({ where }) => where)).toEqual([
      place(digestAddress + 4, 4),
    ]);
  });

  it('with bytes overwritten on both sides of a border: the digest is found by what is left of it', async () => {
    // What follows the digest, or lies before it, goes with it.
    const session = build(producer, (system) => {
      const at = loaded(system).digestAddress;
      system.memory.write(producer === 'kexec-tools' ? at + 20 : at - 100, new Uint8Array(producer === 'kexec-tools' ? 44 : 112).fill(0x11));
    });
    const check = await purgatoryCheck(session);
    expect(check.failure).toBe('The recorded digest of the kdump kernel was overwritten.');
    expect(check.detail).toContain('12 of the 32 bytes');
  });

  it('whose memory changed is called so, and a healthy image shows the bytes', async () => {
    const session = build(producer, (system) => applyDamage(system, 'kdump-overwritten'));
    expect(await purgatoryCheck(session)).toMatchObject({
      failure: 'The loaded kdump kernel does not match its recorded digest.',
      detail: expect.stringMatching(/the recorded digest, or the region table changed after loading; which of them cannot be determined$/) as string,
      remedy: 'give-kdump-image',
    });
    const check = await purgatoryCheck(session, [healthy(producer)]);
    expect(check.failure).toBe('The loaded kdump kernel is damaged.');
    expect(check.findings?.filter(({ id }) => id === 'purgatory-sha256/differs')).toHaveLength(2);
    expect(imageStep(check)).toMatchObject({ passed: true });
  });

  it('whose digest was overwritten whole: a healthy image with the same bytes shows it, and is not accused', async () => {
    const session = build(
      producer,
      overwriteDigest(
        0,
        Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 251),
      ),
    );
    const alone = await purgatoryCheck(session);
    expect(alone.verdict).toBe('failed');
    const { digestAddress } = loaded(s390xSystem({ cpuCount: 1, kdumpKernel: producer }));
    const check = await purgatoryCheck(session, [healthy(producer)]);
    expect(check).toMatchObject({
      failure: 'The recorded digest of the kdump kernel was overwritten.',
      detail: expect.stringContaining('byte for byte those of the healthy image') as string,
      ranges: [place(digestAddress, 32)],
    });
    expect(imageStep(check)?.passed).toBeUndefined();
    expect(imageStep(check)?.detail).toMatch(/^no difference .* the recorded digest is of neither/);
    expect(imageStep(check)?.detail).not.toContain('changed');
  });

  it.each([
    ['zeros', 0],
    ['a fill pattern 0x6b', 0x6b],
  ])('whose digest is %s has none', async (look, byte) => {
    const check = await purgatoryCheck(
      build(
        producer,
        overwriteDigest(
          0,
          Array.from({ length: 32 }, () => byte),
        ),
      ),
    );
    expect(check).toMatchObject({ failure: 'The recorded digest of the kdump kernel was overwritten.', detail: expect.stringContaining(look) as string });
    expect(check.detail).toContain('cannot be determined');
  });

  it('of which a handful of bytes is right, or half is a pattern, was probably overwritten', async () => {
    const system = s390xSystem({ cpuCount: 1, kdumpKernel: producer });
    const { digestAddress } = loaded(system);
    const wrong = Array.from(system.memory.read(digestAddress, 28), (byte, at) => (byte + 1 + at * 7) % 256);
    const few = await purgatoryCheck(build(producer, overwriteDigest(0, wrong)));
    expect(few.failure).toBe('The loaded kdump kernel does not match its recorded digest.');
    expect(few.detail).toMatch(/which of them cannot be determined \(4 of its 32 bytes are right, which suggests that the digest was overwritten/);
    expect(few.ranges).toContainEqual(place(digestAddress, 32));
    const half = await purgatoryCheck(build(producer, overwriteDigest(0, [...Array.from({ length: 8 }, () => [0xa3, 0xc1]).flat(), ...wrong.slice(16)])));
    expect(half.failure).toBe('The recorded digest of the kdump kernel was overwritten.');
    expect(half.detail).toMatch(/in its place are 16 or more bytes of a fill pattern 0xa3c1\. Whether .* cannot be determined/);
  });

  it('is not called damaged where its region table changed', async () => {
    const session = build(producer, (system) => {
      system.memory.u64(loaded(system).tableAddress + 8, 0x40000);
    });
    expect(await purgatoryCheck(session)).toMatchObject({
      failure: 'The loaded kdump kernel does not match its recorded digest.',
      detail: expect.stringContaining('the region table changed after loading; which of them cannot be determined') as string,
    });
  });

  it('does not accuse an image of another load where the digest proves the memory', async () => {
    const session = build(producer, overwriteDigest(30, [0, 0]));
    const other = build(producer, (system) => applyDamage(system, 'kdump-overwritten'));
    const check = await purgatoryCheck(session, [{ kind: 'dump', name: 'other', memory: other.memory }]);
    expect(check.failure).toBe('The recorded digest of the kdump kernel was overwritten.');
    expect(check.findings?.map(({ id }) => id)).toEqual(['purgatory-sha256/digest']);
    expect(imageStep(check)?.detail).toContain('of another load');
  });
});

describe('a digest whose neighbours are damaged too', () => {
  it.each([
    ['kexec-tools', 0, 0x40],
    ['kernel', -96, 128],
  ] as const)('of %s: it is not said which of the two changed', async (producer, from, length) => {
    const session = build(producer, (system) => {
      system.memory.write(
        loaded(system).digestAddress + from,
        Uint8Array.from({ length }, (_, at) => (at * 91 + 17) % 253),
      );
    });
    const check = await purgatoryCheck(session);
    expect(check).toMatchObject({
      failure: 'The loaded kdump kernel does not match its recorded digest.',
      detail: expect.stringContaining('which of them cannot be determined (') as string,
    });
    const cleared = await purgatoryCheck(session, [healthy(producer)]);
    expect(cleared.detail).toContain('the recorded digest is what changed');
  });
});

const checkOf = async (session: ReturnType<typeof build>, id: string): Promise<CheckResult> => {
  const found = (await checkSession(session, 'scan', never)).find((check) => check.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
};
const s390With = (options: S390xSystemOptions, change: (system: S390xSystem) => void) => {
  const system = s390xSystem({ cpuCount: 1, ...options });
  change(system);
  return sessionOn(memorySource('dump', s390Standalone(system)));
};

describe('the checksum of the re-IPL block', () => {
  const blockChange = (system: S390xSystem) => applyDamage(system, 'reipl-block');
  const sumChange = (system: S390xSystem) => system.memory.u32(0xe08, 0x12345678);

  it('was overwritten, where os_info has another one of the same block that fits', async () => {
    expect(await checkOf(s390With({ ipib: true, reiplEntry: true }, sumChange), 'ipib')).toMatchObject({
      verdict: 'failed',
      failure: 'The checksum of the IPL information block was overwritten.',
      ranges: [place(0xe08, 4)],
    });
  });

  it('is right, where that of os_info is the same: the block changed', async () => {
    const check = await checkOf(s390With({ ipib: true, reiplEntry: true }, blockChange), 'ipib');
    expect(check).toMatchObject({ failure: 'The IPL information block is damaged.', detail: expect.stringContaining('so the block changed') as string });
    expect(check.ranges).toHaveLength(1);
    expect(check.ranges).not.toContainEqual(place(0xe08, 4));
  });

  it.each([
    ['the block changed', blockChange],
    ['the checksum changed', sumChange],
  ])('alone does not say which of the two it was: %s', async (_, change) => {
    const check = await checkOf(s390With({ ipib: true }, change), 'ipib');
    expect(check).toMatchObject({
      failure: 'The IPL information block does not match its checksum.',
      detail: expect.stringContaining('the block or the checksum in the lowcore') as string,
    });
    expect(check.ranges).toContainEqual(place(0xe08, 4));
  });
});

describe('the checksum of os_info', () => {
  it.each([
    ['the checksum was overwritten', (system: S390xSystem) => system.memory.u32(places.osInfo + 8, 0)],
    ['a reserved byte changed', (system: S390xSystem) => applyDamage(system, 'osinfo-checksum')],
  ])('and the page do not fit: both are in doubt, and entries that are right are named: %s', async (_, change) => {
    const check = await checkOf(s390With({ reiplEntry: true }, change), 'os-info-page');
    expect(check).toMatchObject({
      verdict: 'failed',
      detail: expect.stringMatching(/the page or the checksum itself changed; its REIPL_BLOCK entry matches its own checksum/) as string,
    });
    expect(check.findings).toMatchObject([{ id: 'os-info-page/checksum', where: place(places.osInfo + 8, 0xff8) }]);
  });
});

describe('the digest of an NGDump partition', () => {
  const system = s390xSystem({ cpuCount: 1 });
  const dump = elfVmcore(system);
  const digest = createHash('sha256').update(dump).digest('hex');
  const withDigest = (sha256: string) => sessionOn(memorySource('partition', ngdump(system, { sha256 })));

  it('of which a part is right was overwritten, and the dump was not', async () => {
    const changed = `${digest.slice(0, 20)}${digest.slice(20, 26) === '000000' ? '111111' : '000000'}${digest.slice(26)}`;
    const check = await checkOf(withDigest(changed), 'ngdump-digest');
    expect(check).toMatchObject({
      verdict: 'failed',
      failure: 'The digest that the dump records was overwritten.',
      detail: expect.stringMatching(/\[[01]{2,6}\].*the others prove that the dump is unchanged/) as string,
    });
    expect(check.remedy).toBeUndefined();
  });

  it('of which nothing is right says that the dump changed, or all of it', async () => {
    const check = await checkOf(withDigest(createHash('sha256').update('other').digest('hex')), 'ngdump-digest');
    expect(check).toMatchObject({ verdict: 'failed', failure: 'The memory does not match the digest that the dump records.', remedy: 'copy-again' });
  });
});

describe('a copy is not independent evidence', () => {
  it('the area that a loaded kernel names agrees with itself where os_info does not say it', async () => {
    const wiped = await checkOf(
      s390With({}, (system) => applyDamage(system, 'osinfo-wiped')),
      'kdump-image',
    );
    expect(wiped).toMatchObject({ verdict: 'not-recorded', detail: expect.stringContaining('no other source says where it is') as string });
    expect(await checkOf(build('kexec-tools'), 'kdump-image')).toMatchObject({ verdict: 'passed' });
  });

  it('notes that kdump made from the save areas show only that neither has changed since', async () => {
    const ofKdump = sessionOn(memorySource('vmcore', elfVmcore(s390xSystem({ cpuCount: 2 }), { producer: 'kernel' })));
    const check = await checkOf(ofKdump, 'cross-registers');
    expect(check).toMatchObject({ verdict: 'passed', detail: expect.stringMatching(/made from the save areas, so neither changed since$/) as string });
    const ofQemu = sessionOn(memorySource('vmcore', elfVmcore(s390xSystem({ cpuCount: 2 }), { producer: 'qemu' })));
    expect((await checkOf(ofQemu, 'cross-registers')).detail).not.toContain('were made from');
  });
});
