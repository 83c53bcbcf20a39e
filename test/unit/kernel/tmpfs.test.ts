/** Files in memory on described memory: mounts, limits, files, damage that gives less, and lists and paths that lead back. */
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { tmpfs } from '../../../src/analysis/kernel/analyses/tmpfs.ts';
import { tmpfsFiles } from '../../../src/analysis/kernel/analyses/tmpfs-files.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  hlist_node: { next: 'hlist_node *', pprev: 'u64' },
  hlist_head: { first: 'hlist_node *' },
  nsproxy: { mnt_ns: 'u64' },
  task_struct: { nsproxy: 'nsproxy *' },
  file_system_type: { name: 'char *' },
  percpu_counter: { count: 's64', counters: 's32 *' },
  shmem_sb_info: { max_blocks: 'u64', used_blocks: 'percpu_counter', max_inodes: 'u64', free_ispace: 'u64' },
  super_block: { s_list: 'list_head', s_op: 'u64', s_type: 'file_system_type *', s_fs_info: 'void *', s_mounts: 'list_head', s_inodes: 'list_head' },
  qstr: { hash: 'u64', name: 'char *' },
  dentry: { d_parent: 'dentry *', d_name: 'qstr', d_u: 'dentry_links' },
  dentry_links: { d_alias: 'hlist_node' },
  mount: { mnt_parent: 'mount *', mnt_mountpoint: 'dentry *', mnt_instance: 'list_head', mnt_devname: 'char *', mnt_ns: 'u64' },
  address_space: { nrpages: 'u64' },
  inode: {
    i_mode: 'u16',
    i_uid: 'u32',
    i_sb: 'u64',
    i_ino: 'u64',
    i_nlink: 'u32',
    i_size: 'u64',
    i_data: 'address_space',
    i_sb_list: 'list_head',
    i_dentry: 'hlist_head',
  },
  shmem_inode_info: { swapped: 'u64', vfs_inode: 'inode' },
});
const places = {
  blocks: 0x1000,
  task: 0x2000,
  proxy: 0x3000,
  texts: 0x4000,
  type: 0x5000,
  block: 0x6000,
  info: 0x7000,
  perCpu: 0x8000,
  outer: 0x9000,
  mount: 0xa000,
  outerRoot: 0xb000,
  point: 0xc000,
  root: 0xd000,
  name: 0xe000,
  file: 0xf000,
  folder: 0x10000,
} as const;
const operations = 0x20_000;
const inodeOf = (info: number): number => info + structs.offsetOf('shmem_inode_info', 'vfs_inode');

function ring(memory: MemoryImage, ...nodes: readonly number[]): void {
  nodes.forEach((node, at) => memory.u64(node, BigInt(nodes[(at + 1) % nodes.length] ?? 0)).u64(node + 8, BigInt(nodes.at(at - 1) ?? 0)));
}

/** A tmpfs at /data with a file of 5 pages, 2 more in swap, and its root; limit 100 pages and 20 inodes. */
function described(): MemoryImage {
  const memory = new MemoryImage(0x12_000, 'big');
  const inode = (member: string): number => structs.offsetOf('inode', member);
  ring(memory, places.blocks, places.block + structs.offsetOf('super_block', 's_list'));
  ring(memory, places.block + structs.offsetOf('super_block', 's_mounts'), places.mount + structs.offsetOf('mount', 'mnt_instance'));
  ring(
    memory,
    places.block + structs.offsetOf('super_block', 's_inodes'),
    inodeOf(places.file) + inode('i_sb_list'),
    inodeOf(places.folder) + inode('i_sb_list'),
  );
  structs.put(memory, places.task, 'task_struct', { nsproxy: places.proxy });
  structs.put(memory, places.proxy, 'nsproxy', { mnt_ns: 0x7777 });
  memory
    .text(places.texts, 'tmpfs')
    .text(places.texts + 0x20, 'spool')
    .text(places.texts + 0x40, 'data')
    .text(places.texts + 0x60, 'big');
  structs.put(memory, places.type, 'file_system_type', { name: places.texts });
  structs.put(memory, places.block, 'super_block', { s_op: operations, s_type: places.type, s_fs_info: places.info });
  structs.put(memory, places.info, 'shmem_sb_info', {
    max_blocks: 100,
    max_inodes: 20,
    free_ispace: 18 * 1024,
    'used_blocks.count': 6,
    'used_blocks.counters': places.perCpu,
  });
  memory.u32(places.perCpu, 1);
  structs.put(memory, places.outer, 'mount', { mnt_parent: places.outer });
  structs.put(memory, places.mount, 'mount', { mnt_parent: places.outer, mnt_mountpoint: places.point, mnt_devname: places.texts + 0x20, mnt_ns: 0x7777 });
  structs.put(memory, places.outerRoot, 'dentry', { d_parent: places.outerRoot });
  structs.put(memory, places.point, 'dentry', { d_parent: places.outerRoot, 'd_name.name': places.texts + 0x40 });
  structs.put(memory, places.root, 'dentry', { d_parent: places.root });
  structs.put(memory, places.name, 'dentry', { d_parent: places.root, 'd_name.name': places.texts + 0x60 });
  structs.put(memory, places.file, 'shmem_inode_info', { swapped: 2 });
  const alias = places.name + structs.offsetOf('dentry', 'd_u.d_alias');
  structs.put(memory, inodeOf(places.file), 'inode', {
    i_mode: 0x8180,
    i_uid: 7,
    i_sb: places.block,
    i_ino: 33,
    i_nlink: 1,
    i_size: 30_000,
    'i_data.nrpages': 5,
    'i_dentry.first': alias,
  });
  structs.put(memory, places.name, 'dentry', { 'd_u.d_alias.pprev': inodeOf(places.file) + inode('i_dentry') });
  structs.put(memory, inodeOf(places.folder), 'inode', { i_mode: 0x41ed, i_sb: places.block, i_ino: 1, i_nlink: 2 });
  return memory;
}

async function answer(analysis: Analysis, memory: MemoryImage): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const symbols = { super_blocks: places.blocks, init_task: places.task, shmem_ops: operations };
  const made = describedKernel(memory, { types: structs.types(), symbols });
  const kernel = { ...made, symbols: undefined, cpus: [{ number: 0, perCpuOffset: 0n }], why: () => undefined } as unknown as AnalysisKernel;
  const { rows, missing } = await runAnalysis(analysis, kernel, {
    parameters: {},
    first: 0,
    limit: 100,
    signal: new AbortController().signal,
    report: () => undefined,
  });
  return { rows, missing };
}

const system = {
  mount: '/data',
  device: 'spool',
  type: 'tmpfs',
  bytes: 5 * 4096,
  swapped: 2 * 4096,
  used: 7 * 4096,
  limit: 100 * 4096,
  percent: 7,
  files: 1,
  inodes: 2,
  freeInodes: 18,
  inodeLimit: 20,
  superBlock: '0x6000',
};
const file = {
  path: '/data/big',
  bytes: 5 * 4096,
  swapped: 2 * 4096,
  size: 30_000,
  deleted: false,
  uid: 7,
  number: 33,
  inode: `0x${inodeOf(places.file).toString(16)}`,
  superBlock: '0x6000',
};

describe('files in memory', () => {
  it('are counted and named', async () => {
    expect(await answer(tmpfs, described())).toEqual({ rows: [system], missing: [] });
    expect(await answer(tmpfsFiles, described())).toEqual({ rows: [file], missing: [] });
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (name, at) => {
    for (const [analysis, whole] of [
      [tmpfs, system],
      [tmpfsFiles, file],
    ] as const) {
      const { rows, missing } = await answer(analysis, described().fill(at, 0x1000, 0));
      for (const row of rows) for (const [key, value] of Object.entries(row)) expect([key, value], name).toEqual([key, (whole as RowJson)[key]]);
      if (rows.length === 0) expect(missing.length).toBeGreaterThan(0);
    }
  });

  it('that were deleted have no name, and say so', async () => {
    const memory = described();
    structs.put(memory, inodeOf(places.file), 'inode', { i_nlink: 0, 'i_dentry.first': 0 });
    const { path: _path, ...others } = file;
    expect(await answer(tmpfsFiles, memory)).toEqual({ rows: [{ ...others, deleted: true }], missing: [] });
  });

  it('without a limit have none, and do not count what they use', async () => {
    const memory = described();
    structs.put(memory, places.info, 'shmem_sb_info', { max_blocks: 0, max_inodes: 0 });
    const { used: _used, limit: _limit, percent: _percent, freeInodes: _free, inodeLimit: _most, ...others } = system;
    expect(await answer(tmpfs, memory)).toEqual({ rows: [others], missing: [] });
  });

  it.each([
    ['inodes', inodeOf(places.file) + structs.offsetOf('inode', 'i_sb_list'), inodeOf(places.file) + structs.offsetOf('inode', 'i_sb_list')],
    ['inode of another file system', inodeOf(places.file) + structs.offsetOf('inode', 'i_sb'), places.info],
  ])('whose list leads back or to what is not theirs are not summed up: %s', async (_what, at, to) => {
    const { rows, missing } = await answer(tmpfs, described().u64(at, BigInt(to)));
    const { bytes: _bytes, swapped: _swapped, files: _files, inodes: _inodes, ...others } = system;
    expect(rows).toEqual([others]);
    expect(missing.length).toBeGreaterThan(0);
  });

  it.each([
    ['mounts', places.outer + structs.offsetOf('mount', 'mnt_parent'), places.mount],
    ['directories', places.outerRoot + structs.offsetOf('dentry', 'd_parent'), places.point],
  ])('have no path where %s lead round in a circle', async (_what, at, to) => {
    const { rows, missing } = await answer(tmpfs, described().u64(at, BigInt(to)));
    const { mount: _mount, ...others } = system;
    expect(rows).toEqual([others]);
    expect(missing.length).toBeGreaterThan(0);
  });
});
