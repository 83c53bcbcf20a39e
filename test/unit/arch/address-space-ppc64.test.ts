/** Virtual addresses of ppc64 kernels: the linear map without tables, radix tables beyond it; and what is not known. */
import { describe, expect, it } from 'vitest';
import { readMemory } from '../../../src/analysis/engine/bytes/read.ts';
import { translateAddress } from '../../../src/analysis/engine/bytes/translate.ts';
import { caseSession } from '../../case-answers.ts';

const valid = 1n << 63n;
const leaf = 1n << 62n;
/** Entries are big endian on either machine: bytes, not words. */
const entry = (at: number, value: bigint): string => `bytes 0x${at.toString(16)} ${value.toString(16).padStart(16, '0')}\n`;
const tables =
  entry(0x1_0000 + 4096 * 8, valid | 0x2_0000n | 9n) +
  entry(0x2_0000, valid | 0x3_0000n | 9n) +
  entry(0x3_0000, valid | 0x4_0000n | 5n) +
  entry(0x3_0008, valid | leaf | 0x20_0000n) +
  entry(0x4_0008, valid | leaf | 0x5_0000n | 0x18en);
const dump = (arch: string, mmu: string): string =>
  `arch ${arch}\nmemory 4 MiB\n${tables}text 0x50040 "vmalloc"\ntext 0x200010 "linear"\ncpu\nvmcoreinfo "OSRELEASE=6.8.0" "PAGESIZE=65536" "SYMBOL(swapper_pg_dir)=c000000000010000" ${mmu}\nformat elf-vmcore\n`;
const radix = '"NUMBER(RADIX_MMU)=1"';

describe.each(['ppc64', 'ppc64le'])('%s', (arch) => {
  const session = caseSession('dump', dump(arch, radix));
  const read = (address: bigint, length: number): string => {
    const { data, absent } = readMemory(session, { space: 'virtual', address, length });
    expect(absent).toEqual([]);
    return Buffer.from(data).toString('latin1');
  };

  it('reads the linear map, and through radix tables beyond it, frames of each size', () => {
    expect(read(0xc000_0000_0020_0010n, 6)).toBe('linear');
    expect(read(0xc008_0000_0001_0040n, 7)).toBe('vmalloc');
    const { steps } = translateAddress(session, { address: 0xc008_0000_0001_0040n });
    expect(steps.map(({ table, index }) => [table, index])).toEqual([
      ['PGD', 4096],
      ['PUD', 0],
      ['PMD', 0],
      ['PTE', 1],
    ]);
    expect(translateAddress(session, { address: 0xc008_0000_0020_0010n })).toMatchObject({ absolute: '0x200010' });
    expect(session.knownKernel.memory.cstring(0xc008_0000_0001_0040n, 16)).toBe('vmalloc');
  });

  it('says where a walk ends, and takes no kernel table for the addresses of programs', () => {
    expect(translateAddress(session, { address: 0xc008_0000_0002_0000n }).failure).toMatch(/^PTE: the entry .* is empty$/);
    expect(translateAddress(session, { address: 0x1_0000n }).failure).toMatch(/address of a program/);
    expect(translateAddress(session, { address: 0xc008_0000_0001_0040n & ~(0xfn << 60n), asce: 0x1_0000n })).toMatchObject({ absolute: '0x50040' });
  });

  it('without radix tables: the linear map alone', () => {
    const hash = caseSession('dump', dump(arch, '"NUMBER(RADIX_MMU)=0"'));
    expect(translateAddress(hash, { address: 0xc000_0000_0020_0010n })).toMatchObject({ absolute: '0x200010' });
    expect(translateAddress(hash, { address: 0xc008_0000_0001_0040n }).failure).toMatch(/hash tables are not walked/);
    expect(hash.knownKernel.memory.bytes(0xd000_0000_0001_0040n, 4)).toBeUndefined();
  });
});
