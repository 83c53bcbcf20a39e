/**
 * Types of modules in the real dump of a Debian kernel, against the module files of its package (linux-image-6.1.0-56-amd64 6.1.192-2: the
 * .BTF section of each) and against what pahole 1.24 says of these.
 */
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { describeModules } from '../../../src/analysis/engine/kernel/modules.ts';
import { describeStruct } from '../../../src/analysis/engine/kernel/struct.ts';
import { describeTypeNames } from '../../../src/analysis/engine/kernel/type-names.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { listViewableTypes, viewAsType } from '../../../src/analysis/engine/bytes/view-as-type.ts';
import { missingModuleTypes, moduleTypeHead } from '../../../src/analysis/kernel/btf/module-types.ts';
import { structSchema, typeNamesSchema } from '../../../src/shared/kernel-model.ts';
import { modulesSchema } from '../../../src/shared/task-model.ts';
import { dumpEntries, haveDump, openDumpSource } from '../../dumps.ts';
import { patchedSource } from '../../patched-source.ts';
import { kernelDumps } from './kernel-dumps.ts';
import { isFailure } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const name = 'o-x86-x1-qemu.elf';

/** Bytes and the first half of the SHA-256 of the .BTF section in the package's files. */
const sections: Readonly<Record<string, readonly [number, string]>> = {
  crc16: [90, '481f92208e34bae268c304253d381115'],
  crc32c_generic: [487, '9823b31ec1f8dfbaf0ec137eb1084869'],
  ext4: [142_155, '8701ba46a1e3891e6fd846d9a3f346fe'],
  jbd2: [27_102, '915c706a58ea8e9d18b6d319f124ad50'],
  mbcache: [1357, '2a9720db6a1e37a83384ea3861eb3a05'],
  qemu_fw_cfg: [1256, '577fd75e403feb95de83a711f628390d'],
  virtio: [1400, '6e3e1ef6d760e5836b903659a1d30e74'],
  virtio_blk: [2650, '5f3684dbf24ea19c3a9ee438e9832682'],
  virtio_pci: [3859, 'c828999dde4ad08f8fbaab200d96090e'],
  virtio_pci_legacy_dev: [909, '06f60778d5fb1f723934addaf9340652'],
  virtio_pci_modern_dev: [2376, '3ef293ad6fd3cb7267d42aed843748ab'],
  virtio_ring: [5902, '04e67a6291935eec2736c907b097ad08'],
};

/** pahole --btf_base vmlinux -C NAME: members with offset and size. */
const layouts = {
  ext4_inode_info: {
    size: 1184,
    members: { i_pending_tree: 1056, i_extra_isize: 1064, i_reserved_quota: 1072, i_unwritten: 1136, i_dquot: 1152, i_projid: 1180 },
  },
  vring_virtqueue: { size: 208, members: { vq: 0, packed_ring: 72, premapped: 78, free_head: 80, split: 96, packed: 96, notify: 192, we_own_ring: 200 } },
} as const;

const blobs = async (session: Session): Promise<Readonly<Record<string, readonly [number, string]>>> => {
  const { modules } = await session.kernel.findModuleTypes(never);
  return Object.fromEntries(
    modules.map(({ module, address, bytes }) => {
      const blob = session.kernel.memory.bytes(address, bytes) ?? new Uint8Array();
      return [module, [bytes, createHash('sha256').update(blob).digest('hex').slice(0, 32)]];
    }),
  );
};

describe.skipIf(!haveDump(name))('types of modules', () => {
  const open = kernelDumps();

  it.each([name, 'o-x86-x1-kdump-raw-d31'])('%s: each module’s BTF is that of its file', async (dump) => {
    const session = await open(dump);
    expect(await blobs(session)).toEqual(sections);
    expect(missingModuleTypes(await session.kernel.findModuleTypes(never))).toEqual([]);
    // The twin: another byte is another digest.
    expect(await blobs(session)).not.toEqual({ ...sections, crc16: [90, '581f92208e34bae268c304253d381115'] });
  });

  it('have the layouts that pahole prints', async () => {
    const session = await open(name);
    for (const [type, { size, members }] of Object.entries(layouts)) {
      const answer = await describeStruct(session, { name: type }, never);
      expect(v.is(structSchema, answer)).toBe(true);
      expect(answer.size).toBe(size);
      expect(answer.members).toEqual(
        expect.arrayContaining(Object.entries(members).map(([member, offset]): unknown => expect.objectContaining({ name: member, offset }))),
      );
    }
    const whole = await describeStruct(session, { name: 'ext4_inode_info' }, never);
    expect(whole.module).toBe('ext4');
    expect(await describeStruct(session, { name: 'ext4:ext4_inode_info' }, never)).toEqual(whole);
    expect(await describeStruct(session, { name: 'ext4_inode_info', module: 'ext4' }, never)).toEqual(whole);
    // What a module took over from the kernel is the kernel's.
    expect((await describeStruct(session, { name: 'ext4:task_struct' }, never)).size).toBe(
      (await describeStruct(session, { name: 'task_struct' }, never)).size,
    );
    await expect(describeStruct(session, { name: 'jbd2:ext4_inode_info' }, never)).rejects.toThrow('ext4_inode_info');
    await expect(describeStruct(session, { name: 'xfs:xfs_inode' }, never)).rejects.toThrow('no module xfs is loaded');
  });

  it('are identified by modules, listed by struct, and laid over memory', async () => {
    const session = await open(name);
    const { modules } = await describeModules(session, never);
    expect(v.is(modulesSchema, await describeModules(session, never))).toBe(true);
    expect(Object.fromEntries(modules.map((module) => [module.name, module.types]))).toMatchObject({ ext4: 2928, crc16: 4, virtio_ring: 149 });
    const all = await describeTypeNames(session, undefined, never);
    expect(v.is(typeNamesSchema, all)).toBe(true);
    expect(all.names).toEqual(expect.arrayContaining(['task_struct', 'ext4_inode_info', 'mb_cache_entry']));
    expect((await describeTypeNames(session, 'mbcache', never)).names).toEqual(['mb_cache', 'mb_cache_entry']);
    expect((await listViewableTypes(session, never)).names).toContain('ext4_inode_info');
    // struct mb_cache begins with a pointer to its hash; laid over a struct module, its fields are the same words as read there.
    const place = { space: 'virtual', address: BigInt(modules[0]?.address ?? '0x0') } as const;
    const shown = await viewAsType(session, 'mb_cache', place, never);
    const plain = await describeStruct(session, { name: 'mb_cache', address: place.address }, never);
    expect(shown.name).toBe('struct mb_cache of mbcache');
    expect(shown.fields[0]?.value).toBe(plain.members[0]?.value);
  });

  it('are found without the symbol of their list', async () => {
    const { kernel } = await open(name);
    if (isFailure(kernel.types) || isFailure(kernel.modules)) throw new Error('no types or modules');
    const head = finish(moduleTypeHead(kernel.memory, kernel.vmcoreinfo, kernel.types.value.types, kernel.modules.value.list.modules));
    expect(head).toBe(!isFailure(kernel.symbols) ? kernel.symbols.value.lookup('btf_modules')[0]?.address : undefined);
    // The twin: modules that are not loaded have no list.
    expect(finish(moduleTypeHead(kernel.memory, kernel.vmcoreinfo, kernel.types.value.types, []))).toBeUndefined();
  });

  it('with a page lost are left out by name, the others stay', async () => {
    const session = await open(name);
    const whole = await session.kernel.findModuleTypes(never);
    const entry = dumpEntries.find((one) => one.name === name);
    const ext4 = whole.modules.find(({ module }) => module === 'ext4');
    if (entry === undefined || ext4 === undefined) throw new Error('no such dump');
    const { source, close } = await openDumpSource(entry);
    try {
      for (const at of [ext4.address, ext4.address + 0x5000n, ext4.address + BigInt(ext4.bytes) - 1n]) {
        const absolute = session.kernel.memory.translate(at & ~0xfffn) ?? 0n;
        const stored = [...session.image.memory.extents].find(({ state, start, end }) => state === 'stored' && absolute >= start && absolute < end);
        if (stored?.fileOffset === undefined) throw new Error('not in the file');
        const offset = stored.fileOffset + Number(absolute - stored.start);
        const damaged = sessionOn(patchedSource(source, [{ offset, bytes: Buffer.alloc(4096) }]));
        const search = await damaged.kernel.findModuleTypes(never);
        expect(search.modules.map(({ module }) => module)).toEqual(whole.modules.map(({ module }) => module).filter((module) => module !== 'ext4'));
        expect(missingModuleTypes(search)).toEqual([{ what: 'types of ext4', why: expect.stringContaining('nothing but zeros') as unknown }]);
        await expect(describeStruct(damaged, { name: 'ext4_inode_info' }, never)).rejects.toThrow('not looked at: types of ext4');
        await expect(describeStruct(damaged, { name: 'ext4:ext4_inode_info' }, never)).rejects.toThrow('nothing but zeros');
      }
    } finally {
      close();
    }
  });
});
