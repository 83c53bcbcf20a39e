/**
 * Virtual addresses of an aarch64 guest whose dump by QEMU has no vmcoreinfo note and no register with its page tables. What they lead to
 * is known from the other two ways: the image lies kimage_voffset above its place, the linear map PHYS_OFFSET below (both by vmcoreinfo).
 */
import { describe, expect, it } from 'vitest';
import { dumpFile, haveDump } from '../../dumps.ts';
import { runInProcess } from '../../cli-in-process.ts';

const name = 'o-a64-a1-qemu.elf';
const voffset = 0xffff_7fff_c7e0_0000n;
const linear = { start: 0xffff_0000_0000_0000n, physical: 0x4000_0000n } as const;

interface Translated {
  readonly absolute?: string;
  readonly failure?: string;
  readonly asce: { readonly source: string };
}

describe.skipIf(!haveDump(name))('page tables of aarch64 without a note', () => {
  it.each([
    ['_stext', 0xffff_8000_0801_0000n, 0xffff_8000_0801_0000n - voffset],
    ['init_uts_ns', 0xffff_8000_09f1_bd30n, 0xffff_8000_09f1_bd30n - voffset],
    ['a page of the linear map', linear.start + 0x123_4568n, linear.physical + 0x123_4568n],
  ])('%s', async (_, address, absolute) => {
    const dump = await dumpFile(name);
    const hex = (value: bigint): string => `0x${value.toString(16)}`;
    const answer = JSON.parse((await runInProcess(['translate', dump, `virtual:${hex(address)}`, '--json'])).out) as Translated;
    expect(answer.absolute).toBe(hex(absolute));
    expect(answer.asce.source).toContain('found by its text');
    const bytes = async (...at: readonly string[]) => Buffer.from((await runInProcess(['read', dump, ...at, '--raw'])).bytes).toString('hex');
    const read = await bytes(hex(address), '64', '--space', 'virtual');
    expect(read).toHaveLength(128);
    expect(read).toBe(await bytes(hex(absolute), '64'));
    // The twin: the neighbouring bytes are others.
    expect(read).not.toBe(await bytes(hex(absolute + 8n), '64'));
  });

  it('an address that is not mapped says so', async () => {
    const { out } = await runInProcess(['translate', await dumpFile(name), 'virtual:0xffff800000000000', '--json']);
    const answer = JSON.parse(out) as Translated;
    expect(answer.absolute).toBeUndefined();
    expect(answer.failure).toBeDefined();
  });
});
