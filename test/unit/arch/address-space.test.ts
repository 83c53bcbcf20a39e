/** Which tables a virtual address goes through, and what a failing walk says. */
import { describe, expect, it } from 'vitest';
import { translate } from '../../../src/analysis/arch/s390x/dat.ts';
import { readMemory } from '../../../src/analysis/engine/bytes/read.ts';
import { translateAddress } from '../../../src/analysis/engine/bytes/translate.ts';
import { caseSession } from '../../case-answers.ts';

const session = caseSession('system.dump', '# a system\nsystem healthy kernel=6.1 cpus=2\nformat elf-vmcore producer=kernel\n');
const [first, second] = session.cpuSet.cpus;
const kernelAddress = 0x101000n;

describe('the address space', () => {
  it("is the kernel's unless something else is asked for", () => {
    const answer = translateAddress(session, { address: kernelAddress });
    expect(answer.asce).toMatchObject({ value: first?.crs?.[13], source: 'CR13 of CPU 0' });
    expect(answer).toMatchObject({ absolute: '0x101000' });
    expect(answer.steps.map(({ table }) => table)).toEqual(['region third', 'segment', 'page']);
  });

  it.each([
    ['cr1', 'CR1 of CPU 1', 1],
    ['cr7', 'CR7 of CPU 1', 7],
    ['cr13', 'CR13 of CPU 1', 13],
    ['kernel', 'kernel_asce in the lowcore of CPU 1', 13],
    ['user', 'user_asce in the lowcore of CPU 1', 7],
  ] as const)('%s is %s', (space, source, register) => {
    const answer = translateAddress(session, { address: kernelAddress, cpu: 1, space });
    expect(answer.asce).toMatchObject({ value: second?.crs?.[register], source });
  });

  it('psw takes the register of the space that the CPU runs in', () => {
    expect(translateAddress(session, { address: kernelAddress, cpu: 0, space: 'psw' }).asce?.source).toContain('CR13 of CPU 0, as its PSW is in home space');
  });

  it('given wins', () => {
    expect(translateAddress(session, { address: kernelAddress, cpu: 0, asce: 0x20n })).toMatchObject({ asce: { value: '0x20', source: 'given' } });
  });

  it('applies the prefix of a CPU that is named, and only then', () => {
    const { prefix = '' } = second ?? {};
    expect(translateAddress(session, { address: 0x380n, cpu: 1 })).toMatchObject({ real: '0x380', absolute: `0x${(BigInt(prefix) + 0x380n).toString(16)}` });
    expect(translateAddress(session, { address: 0x380n })).toMatchObject({ absolute: '0x380' });
    expect(translateAddress(session, { address: 0x380n })).not.toHaveProperty('real');
  });

  it('read uses the same walk', () => {
    const { data, absent } = readMemory(session, { space: 'virtual', address: kernelAddress, length: 16 });
    expect(absent).toEqual([]);
    expect(Buffer.from(data)).toEqual(Buffer.from(session.memory.readPresent(kernelAddress, 16) ?? []));
    const gone = readMemory(session, { space: 'virtual', address: 0x3f000000000n, length: 16 });
    expect(gone.absent[0]?.reason).toContain('translation: the entry at absolute');
  });

  it("without registers is the kernel's own table, and says where it was found", () => {
    const bare = caseSession('bare.dump', '# a system\nsystem healthy kernel=6.1 cpus=1\nformat lkcd\n');
    expect(translateAddress(bare, { address: kernelAddress })).toMatchObject({ absolute: '0x101000' });
  });

  it('is found by the parts of the kernel table that are in the dump', () => {
    const table = 0x10_0000;
    const lines = (left: string): string =>
      `memory 4 MiB\nvmcoreinfo "OSRELEASE=6.1.0" "SYMBOL(swapper_pg_dir)=100000"\nu64 0x${(table + 0x3ff8).toString(16)} 0x20\nfill 0x100000 0x3ff8 0\n${Array.from({ length: 4 }, (_, page) => `u64 0x${(table + 0x1000 * page).toString(16)} 0x${(0x20_0007).toString(16)}\n`).join('')}${left}format kdump-compressed codec=zlib\n`;
    const rootOf = (left: string) => translateAddress(caseSession('partial.dump', lines(left)), { address: 0x1000n }).asce;
    const whole = rootOf('');
    expect(whole).toMatchObject({ value: '0x100007', source: expect.stringContaining('swapper_pg_dir') as string });
    expect(rootOf('exclude 0x100000 0x3000\n')).toEqual(whole);
    expect(rootOf('exclude 0x101000 0x2000\n')).toEqual(whole);
    expect(() => rootOf('exclude 0x100000 0x4000\n')).toThrow(/swapper_pg_dir cannot be found/);
  });

  it('of x86_64 and aarch64 without tables is an error that says what would help', () => {
    for (const arch of ['x86_64', 'aarch64']) {
      const other = caseSession('other.dump', `# x\narch ${arch}\nmemory 64 KiB\ncpu\nformat elf-vmcore\n`);
      const refused = (): unknown => translateAddress(other, { address: kernelAddress });
      expect(refused).toThrow(/no page tables are known/);
      expect(refused).toThrow(expect.objectContaining({ kind: 'absent', remedy: 'name-address-space' }));
      expect(() => translateAddress(other, { address: kernelAddress, space: 'kernel' })).toThrow(/s390x only/);
    }
  });
});

describe('a failing s390x walk', () => {
  const asce = BigInt(first?.crs?.[13] ?? '0x0');
  const end = session.memory.end;

  it('names the exception, the entry and the reason', () => {
    expect(translate(session.memory, asce, 1n << 42n).failure).toMatch(/^ASCE type: the address is beyond what a region third table can reach/);
    expect(translate(session.memory, asce, 1n << 41n).failure).toMatch(/^region third translation: the entry at absolute 0x[0-9a-f]+ is invalid$/);
    expect(translate(session.memory, (asce & ~3n) | 0n, 0x3ff80000000n).failure).toMatch(
      /^region third translation: index 2047 is outside the table, of which the ASCE makes quarters 0 to 0 valid$/,
    );
    expect(translate(session.memory, (asce & ~0xcn) | 8n, 0n).failure).toMatch(
      /^translation specification: the entry at absolute 0x[0-9a-f]+ is not of a region second table$/,
    );
    expect(translate(session.memory, end | 7n, 0n).failure).toMatch(/^the entry at absolute 0x[0-9a-f]+ lies past the end of the dump$/);
  });

  it('real space needs no tables', () => {
    expect(translate(session.memory, 0x20n, 0x1234n)).toEqual({ steps: [], absolute: 0x1234n });
  });
});
