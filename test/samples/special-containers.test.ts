import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { describeNeeding } from '../requirements.ts';

import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { ngdump } from '../../src/samples/ngdump.ts';
import { pvElf, sampleCommunicationKey } from '../../src/samples/pv-elf.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { twoSystems } from '../../src/samples/two-systems.ts';

const system = s390xSystem({ cpuCount: 2 });

describe('protected virtualization', () => {
  it('opens with the customer communication key by the rules of the sheet', () => {
    const file = Buffer.from(pvElf(system, { shared: [{ start: 0x1c8000, size: 0x1000 }] }));
    const headers = Number(file.readBigUInt64BE(40));
    const section = (index: number): Buffer => {
      const at = headers + index * 64;
      const offset = Number(file.readBigUInt64BE(at + 24));
      return file.subarray(offset, offset + Number(file.readBigUInt64BE(at + 32)));
    };
    const completion = section(1);
    const meta = section(2);
    expect(completion).toHaveLength(288);
    const key = Buffer.from(hkdfSync('sha512', sampleCommunicationKey, completion.subarray(16, 80), 'IBM Z Ultravisor Dump', 32));
    const open = (sealed: Buffer, clear: number, iv: Buffer): Buffer => {
      const decipher = createDecipheriv('aes-256-gcm', key, iv);
      decipher.setAAD(sealed.subarray(0, clear));
      decipher.setAuthTag(sealed.subarray(sealed.length - 16));
      return Buffer.concat([decipher.update(sealed.subarray(clear, sealed.length - 16)), decipher.final()]);
    };
    const secret = open(completion, 96, completion.subarray(80, 92));
    const load = Number(file.readBigUInt64BE(64 + 56 + 8));
    for (const pfn of [0x1d0, 0x300, 0x6ff]) {
      const tweak = meta.subarray(pfn * 16, pfn * 16 + 16);
      expect(tweak.readUInt32BE()).not.toBe(0xffffffff);
      const iv = tweak.map((byte, index) => byte | (secret[index] ?? 0));
      const decipher = createDecipheriv('aes-256-xts', secret.subarray(16, 80), iv);
      const page = decipher.update(file.subarray(load + pfn * 4096, load + pfn * 4096 + 4096));
      expect(page.compare(system.memory.read(pfn * 4096, 4096))).toBe(0);
    }
    expect(meta.subarray(0x1c8 * 16, 0x1c8 * 16 + 16).toString('hex')).toBe('ffffffff000000000000000000000006');
    expect(file.subarray(load + 0x1c8000, load + 0x1c8008).toString('latin1')).toBe('OSINFOSZ');
    expect(meta.readUInt32BE(0x3f0 * 16)).toBe(0xffffffff);

    const note = file.indexOf(Buffer.from([0, 0, 0, 6, 0, 0, 6, 0x20, 0, 0, 3, 0x0e]));
    const state = file.subarray(note + 20, note + 20 + 1568);
    const registers = open(state, 32, state.subarray(8, 20));
    expect(registers.subarray(13 * 8, 14 * 8).toString('latin1')).toBe('  r13   ');
    expect(registers.readUInt32BE(184 - 32)).toBe(0x220000);
  });
});

describe('NGDump', () => {
  it('records the digest of the dump file', () => {
    const image = Buffer.from(ngdump(system));
    const digest = createHash('sha256').update(elfVmcore(system)).digest('hex');
    expect(image.readUInt16LE(1024 + 0x38)).toBe(0xef53);
    expect(image.includes(`version=1\nfile=dump.elf\nsha256sum=${digest}\n`)).toBe(true);
  });
});

describeNeeding('e2fsprogs', 'NGDump', () => {
  it.each([1, 4])('is a file system without fault, with %i extents per file', (extentsPerFile) => {
    const folder = mkdtempSync(join(tmpdir(), 'ngdump-'));
    try {
      const image = join(folder, 'image');
      const out = join(folder, 'dump.elf');
      writeFileSync(image, ngdump(system, { extentsPerFile }));
      execFileSync('/sbin/e2fsck', ['-fn', image], { stdio: 'ignore' });
      execFileSync('/sbin/debugfs', ['-R', `dump dump.elf ${out}`, image], { stdio: 'ignore' });
      expect(readFileSync(out).compare(elfVmcore(system))).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('two systems in one dump', () => {
  it('remaps to the production system, but for the purgatory', () => {
    const { dumped, production, kdump, area } = twoSystems();
    const u64 = (address: number): bigint => Buffer.from(dumped.memory.read(address, 8)).readBigUInt64BE();
    expect(u64(0x10418)).toBe(BigInt(area.start));
    expect(u64(0x10420)).toBe(BigInt(area.size));
    const same = (from: number, to: number, size: number): number => Buffer.compare(dumped.memory.read(from, size), production.memory.read(to, size));
    expect(same(area.start, 0, 0x2000)).toBe(0);
    expect(same(area.start + 0x10000, 0x10000, area.size - 0x10000)).toBe(0);
    expect(same(area.start + area.size, area.start + area.size, 0x400000)).toBe(0);
    expect(Buffer.compare(dumped.memory.read(0, area.size), kdump.memory.read(0, area.size))).toBe(0);
    // The kdump system's own os_info has no crashkernel memory.
    expect(u64(0x1c8010)).toBe(0n);
    expect(u64(area.start + 0x1c8010)).toBe(BigInt(area.start));
  });
});
