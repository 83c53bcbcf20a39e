import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { describeStruct } from '../../../src/analysis/engine/kernel/struct.ts';
import { describeTypeNames } from '../../../src/analysis/engine/kernel/type-names.ts';
import { describeSymbols } from '../../../src/analysis/engine/kernel/symbols.ts';
import { listViewableTypes, viewAsType } from '../../../src/analysis/engine/bytes/view-as-type.ts';
import { compareWithVmcoreinfo } from '../../../src/analysis/kernel/btf/find-types.ts';
import { structViewSchema } from '../../../src/shared/inspect-model.ts';
import { withDumps } from '../../dumps.ts';
import { kernelDumps } from './kernel-dumps.ts';
import { isFailure } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
/** Types by the symbols around them, and by a scan. */
const withTypes = withDumps([
  ['o-x86-x1-kdump-raw-d31', 100_750],
  ['o-a64-a1-qemu.elf', 109_496],
] as const);

describe('the kernel’s types', () => {
  const open = kernelDumps();

  it.each(withTypes)('%s: all of them are read, and agree with vmcoreinfo', async (name, count) => {
    const kernel = await (await open(name)).findKernel(never);
    const found = await kernel.findTypes(never);
    if (isFailure(found) || kernel.vmcoreinfo === undefined) throw new Error(!isFailure(found) ? 'no vmcoreinfo' : found.missing.why);
    expect(found.value.types.count).toBe(count);
    expect(found.value.agreeing).toBe(65);
    // The twin: one offset in vmcoreinfo that is off by one must be noticed.
    const entries = new Map(kernel.vmcoreinfo.entries).set('OFFSET(page.mapping)', '25');
    expect(compareWithVmcoreinfo(found.value.types, { ...kernel.vmcoreinfo, entries }, 8).differing).toHaveLength(1);
  });

  it.each(withTypes)('%s: sizes and bit-fields are those of the headers', async (name) => {
    const session = await open(name);
    const sizes = await Promise.all(
      ['list_head', 'new_utsname', 'prb_desc', 'printk_info'].map(async (one) => (await describeStruct(session, { name: one }, never)).size),
    );
    expect(sizes).toEqual([16, 390, 24, 88]);
    const { members } = await describeStruct(session, { name: 'printk_info' }, never);
    expect(members.find((one) => one.name === 'flags')).toMatchObject({ offset: 19, bitOffset: 0, bits: 5 });
    expect(members.find((one) => one.name === 'level')).toMatchObject({ offset: 19, bitOffset: 5, bits: 3 });
    expect((await describeTypeNames(session, undefined, never)).names.length).toBeGreaterThan(5000);
  });

  it('values at a symbol are the kernel’s own', async () => {
    const session = await open('o-x86-x1-kdump-raw-d31');
    const at = async (name: string): Promise<bigint> => BigInt((await describeSymbols(session, { name }, never)).symbols[0]?.address ?? '0x0');
    const uts = await describeStruct(session, { name: 'uts_namespace', address: await at('init_uts_ns'), depth: 1 }, never);
    expect(uts.members.find(({ name }) => name === 'release')?.text).toBe(`"${session.utsName?.release ?? ''}"`);
    const task = await describeStruct(session, { name: 'task_struct', address: await at('init_task') }, never);
    expect(task.members.find(({ name }) => name === 'comm')?.text).toBe('"swapper/0"');
    expect(task.members.find(({ name }) => name === 'sched_class')?.text).toBe('idle_sched_class');
    expect(task.members.find(({ name }) => name === 'pid')?.value).toBe(0);
  });

  it('laid over memory, any type has the values that struct gives, by virtual and by absolute address', async () => {
    const session = await open('o-x86-x1-kdump-raw-d31');
    const address = BigInt((await describeSymbols(session, { name: 'init_task' }, never)).symbols[0]?.address ?? '0x0');
    const values = await describeStruct(session, { name: 'task_struct', address }, never);
    const absolute = (await session.findKernel(never)).memory.translate(address) ?? 0n;
    const names = await listViewableTypes(session, never);
    expect(names.names).toEqual(expect.arrayContaining(['task_struct', 'list_head']));
    const views = await Promise.all(
      (
        [
          ['virtual', address],
          ['absolute', absolute],
        ] as const
      ).map(([space, at]) => viewAsType(session, 'task_struct', { space, address: at }, never)),
    );
    for (const shown of views) {
      expect(v.is(structViewSchema, shown)).toBe(true);
      expect(shown.size).toBe(values.size);
      const plain = values.members.filter(({ name, depth }) => name !== '' && depth === 0);
      expect(plain.length).toBeGreaterThan(100);
      for (const { name, offset, value, text } of plain) {
        const field = shown.fields.find((one) => one.name === name && one.offset === offset);
        expect(field, name).toBeDefined();
        if (value !== undefined || text !== undefined) expect(field?.value, name).toBe(value ?? text);
      }
      expect(shown.fields.find(({ name }) => name === 'comm')?.value).toBe('"swapper/0"');
    }
    // The twin: another place has other values.
    const other = await viewAsType(session, 'task_struct', { space: 'virtual', address: address + 8n }, never);
    expect(other.fields.find(({ name }) => name === 'comm')?.value).not.toBe('"swapper/0"');
    const absent = await viewAsType(session, 'task_struct', { space: 'absolute', address: 1n << 50n }, never);
    expect(absent.fields.find(({ name }) => name === 'pid')?.doc).toContain('missing');
    expect(absent.fields.find(({ name }) => name === 'pid')?.value).toBeUndefined();
    await expect(viewAsType(session, 'no_such_type', { space: 'absolute', address: 0n }, never)).rejects.toThrow('no_such_type');
  });

  it.each(['o-s390-s3-kdump-zlib-d31', 'o-small-s5-qemu.elf'])('%s: a kernel without BTF says so', async (name) => {
    await expect(describeStruct(await open(name), { name: 'task_struct' }, never)).rejects.toThrow('no BTF was found');
  });
});
