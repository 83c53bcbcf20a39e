/** Block devices with requests in flight on described memory, and the rows that they give. */
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import { runAnalysis, type AnalysisOutcome } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

export const structs = new DescribedStructs(
  'big',
  {
    list_head: { next: 'list_head *', prev: 'list_head *' },
    hlist_node: { next: 'hlist_node *', pprev: 'void *' },
    hlist_head: { first: 'hlist_node *' },
    klist_node: { n_klist: 'void *', n_node: 'list_head' },
    klist: { k_list: 'list_head' },
    kset: { list: 'list_head' },
    kobject: { name: 'char *', entry: 'list_head' },
    subsys_private: { subsys: 'subsystem', klist_devices: 'klist', class: 'class *' },
    subsystem: { kobj: 'kobject' },
    class: { name: 'char *' },
    device: { type: 'void *' },
    device_private: { knode_class: 'klist_node', device: 'device *' },
    block_device: { bd_nr_sectors: 'u64', bd_disk: 'gendisk *', bd_stats: 'disk_stats *', bd_device: 'device' },
    bdev_inode: { bdev: 'block_device', vfs_inode: 'inode' },
    inode: { i_sb: 'super_block *', i_mapping: 'address_space *', i_ino: 'u64', i_sb_list: 'list_head', i_dentry: 'hlist_head' },
    super_block: { s_type: 'file_system_type *', s_id: 'char[32]', s_inodes: 'list_head' },
    file_system_type: { name: 'char *' },
    address_space: { host: 'inode *' },
    d_union: { d_alias: 'hlist_node' },
    qstr: { name: 'char *' },
    dentry: { d_name: 'qstr', d_u: 'd_union' },
    local: { a: 'counter' },
    counter: { counter: 'u64' },
    disk_stats: { sectors: 'u64[4]', ios: 'u64[4]', in_flight: 'local[2]' },
    gendisk: { major: 'u32', first_minor: 'u32', disk_name: 'char[32]', part0: 'block_device *', queue: 'request_queue *' },
    request_queue: {
      limits: 'queue_limits',
      mq_ops: 'void *',
      nr_hw_queues: 'u32',
      nr_requests: 'u64',
      queue_hw_ctx: 'blk_mq_hw_ctx **',
      elevator: 'elevator_queue *',
      mq_freeze_depth: 'u32',
      quiesce_depth: 'u32',
      requeue_list: 'list_head',
    },
    queue_limits: { logical_block_size: 'u32' },
    elevator_queue: { type: 'elevator_type *' },
    elevator_type: { elevator_name: 'char *' },
    blk_mq_hw_ctx: { dispatch: 'list_head', state: 'u64', queue: 'request_queue *', queue_num: 'u32', tags: 'blk_mq_tags *', sched_tags: 'blk_mq_tags *' },
    blk_mq_tags: {
      nr_tags: 'u32',
      nr_reserved_tags: 'u32',
      bitmap_tags: 'sbitmap_queue',
      breserved_tags: 'sbitmap_queue',
      rqs: 'request **',
      static_rqs: 'request **',
    },
    sbitmap_queue: { sb: 'sbitmap' },
    sbitmap: { depth: 'u32', shift: 'u32', map_nr: 'u32', map: 'sbitmap_word *' },
    sbitmap_word: { word: 'u64', cleared: 'u64' },
    request: {
      q: 'request_queue *',
      mq_hctx: 'blk_mq_hw_ctx *',
      cmd_flags: 'u32',
      tag: 's32',
      internal_tag: 's32',
      __data_len: 'u32',
      __sector: 'u64',
      bio: 'bio *',
      queuelist: 'list_head',
      start_time_ns: 'u64',
      io_start_time_ns: 'u64',
      state: 'mq_rq_state',
    },
    bio: { bi_next: 'bio *', bi_end_io: 'void *', bi_private: 'void *', bi_iter: 'bvec_iter', bi_io_vec: 'bio_vec *' },
    bvec_iter: { bi_size: 'u32', bi_idx: 'u32', bi_bvec_done: 'u32' },
    bio_vec: { bv_page: 'page *', bv_len: 'u32', bv_offset: 'u32' },
    page: { flags: 'u64', compound_head: 'u64', mapping: 'address_space *' },
    wait_queue_head: { lock: 'u64', head: 'list_head' },
    wait_queue_entry: { private: 'void *', entry: 'list_head' },
    wait_page_queue: { folio: 'page *', wait: 'wait_queue_entry' },
    wait_bit_key: { flags: 'void *' },
    wait_bit_queue_entry: { key: 'wait_bit_key', wq_entry: 'wait_queue_entry' },
  },
  {
    mq_rq_state: { MQ_RQ_IDLE: 0n, MQ_RQ_IN_FLIGHT: 1n, MQ_RQ_COMPLETE: 2n },
    req_op: { REQ_OP_READ: 0n, REQ_OP_WRITE: 1n },
    req_flag_bits: { __REQ_SYNC: 11n },
  },
);

export const places = {
  class: 0x1000,
  classes: 0x1100,
  priv: 0x1200,
  superblock: 0x1400,
  device: 0x2000,
  inode: 0x3000,
  disk: 0x4000,
  queue: 0x5000,
  contexts: 0x5800,
  context: 0x6000,
  tags: 0x7000,
  words: 0x7400,
  table: 0x7800,
  request: 0x8000,
  second: 0x8800,
  bio: 0x9000,
  vector: 0x9400,
  page: 0x9800,
  mapping: 0xa000,
  file: 0xa400,
  dentry: 0xac00,
  names: 0xb000,
  stats: 0xb800,
  ticks: 0xbc00,
  waiter: 0xc000,
  pages: 0x1_0000,
  bits: 0x1_4000,
} as const;
const tick = 10_000_000;
const task = 0x1_8000;
const inodeAt = places.inode + structs.offsetOf('bdev_inode', 'vfs_inode');

function link(memory: MemoryImage, head: number, node?: number): void {
  const other = node ?? head;
  memory.u64(head, BigInt(other)).u64(head + 8, BigInt(other));
  if (node !== undefined) memory.u64(node, BigInt(head)).u64(node + 8, BigInt(head));
}

function request(memory: MemoryImage, at: number, tag: number, values: Readonly<Record<string, number>>): void {
  structs.put(memory, at, 'request', { q: places.queue, mq_hctx: places.context, tag, internal_tag: -1, ...values });
}

/** One disk with two requests: a write with tag 3, whose page a task waits for, and a read with tag 5 that was not begun. */
export function described(): MemoryImage {
  const memory = new MemoryImage(0x2_0000, 'big');
  memory.text(places.names, 'class_of_disks');
  memory
    .text(places.names + 0x20, 'mq-deadline')
    .text(places.names + 0x40, 'ext4')
    .text(places.names + 0x60, 'db.bin');
  memory.u64(places.classes, BigInt(places.classes + 0x10));
  link(memory, places.classes + 0x10, places.priv + structs.offsetOf('subsys_private', 'subsys.kobj.entry'));
  structs.put(memory, places.priv, 'subsys_private', { class: places.class });
  link(
    memory,
    places.priv + structs.offsetOf('subsys_private', 'klist_devices.k_list'),
    places.device + structs.offsetOf('device_private', 'knode_class.n_node'),
  );
  structs.put(memory, places.device, 'device_private', { device: places.inode + structs.offsetOf('block_device', 'bd_device') });
  memory.u64(places.superblock, BigInt(places.superblock + 0x10));
  link(memory, places.superblock + 0x10 + structs.offsetOf('super_block', 's_inodes'), inodeAt + structs.offsetOf('inode', 'i_sb_list'));
  structs.put(memory, places.inode, 'bdev_inode', {
    'bdev.bd_nr_sectors': 2048,
    'bdev.bd_disk': places.disk,
    'bdev.bd_stats': places.stats,
    'bdev.bd_device.type': 0x77,
  });
  structs.put(memory, places.disk, 'gendisk', { major: 254, first_minor: 16, disk_name: 'vdb', part0: places.inode, queue: places.queue });
  structs.put(memory, places.queue, 'request_queue', {
    'limits.logical_block_size': 512,
    mq_ops: 0xf000,
    nr_hw_queues: 1,
    nr_requests: 64,
    queue_hw_ctx: places.contexts,
    elevator: 0x5400,
  });
  structs.put(memory, 0x5400, 'elevator_queue', { type: 0x5440 });
  structs.put(memory, 0x5440, 'elevator_type', { elevator_name: places.names + 0x20 });
  link(memory, places.queue + structs.offsetOf('request_queue', 'requeue_list'));
  memory.u64(places.contexts, BigInt(places.context));
  structs.put(memory, places.context, 'blk_mq_hw_ctx', { queue: places.queue, tags: places.tags, state: 1 });
  link(memory, places.context + structs.offsetOf('blk_mq_hw_ctx', 'dispatch'), places.second + structs.offsetOf('request', 'queuelist'));
  structs.put(memory, places.tags, 'blk_mq_tags', {
    nr_tags: 64,
    'bitmap_tags.sb.depth': 64,
    'bitmap_tags.sb.shift': 6,
    'bitmap_tags.sb.map_nr': 1,
    'bitmap_tags.sb.map': places.words,
    rqs: places.table,
  });
  // Tag 7 was given back.
  structs.put(memory, places.words, 'sbitmap_word', { word: 0b1010_1000, cleared: 0b1000_0000 });
  for (const [tag, at] of [
    [3, places.request],
    [5, places.second],
    [7, places.request],
  ] as const)
    memory.u64(places.table + tag * 8, BigInt(at));
  request(memory, places.request, 3, { cmd_flags: 0x801, __data_len: 4096, __sector: 32944, bio: places.bio, start_time_ns: 4_000_000_000, state: 1 });
  request(memory, places.second, 5, { __data_len: 8192, __sector: 100, start_time_ns: 9_000_000_000, state: 0 });
  structs.put(memory, places.bio, 'bio', { bi_end_io: 0xf100, 'bi_iter.bi_size': 4096, bi_io_vec: places.vector });
  structs.put(memory, places.vector, 'bio_vec', { bv_page: places.page, bv_len: 4096 });
  structs.put(memory, places.page, 'page', { mapping: places.mapping });
  structs.put(memory, places.mapping, 'address_space', { host: places.file });
  structs.put(memory, places.file, 'inode', {
    i_sb: places.file + 0x100,
    i_mapping: places.mapping,
    i_ino: 18,
    'i_dentry.first': places.dentry + structs.offsetOf('dentry', 'd_u.d_alias'),
  });
  structs.put(memory, places.dentry, 'dentry', {
    'd_name.name': places.names + 0x60,
    'd_u.d_alias.pprev': places.file + structs.offsetOf('inode', 'i_dentry'),
  });
  structs.put(memory, places.file + 0x100, 'super_block', { s_type: places.file + 0x200, s_id: 'vdb' });
  structs.put(memory, places.file + 0x200, 'file_system_type', { name: places.names + 0x40 });
  structs.put(memory, places.stats, 'disk_stats', {
    'ios[0]': 10,
    'sectors[0]': 98,
    'ios[1]': 21,
    'sectors[1]': 8480,
    'ios[3]': 5,
    'in_flight[1].a.counter': 2,
  });
  memory
    .u64(places.ticks, BigInt(tick))
    .u64(places.ticks + 8, BigInt(14_000_000_000 + tick))
    .u64(places.ticks + 16, 0x1_0000_0000n);
  for (const table of [places.pages, places.bits]) for (let at = 0; at < 256; at += 1) link(memory, table + at * structs.sizeOf('wait_queue_head') + 8);
  structs.put(memory, places.waiter, 'wait_page_queue', { folio: places.page, 'wait.private': task });
  link(memory, places.pages + 4 * structs.sizeOf('wait_queue_head') + 8, places.waiter + structs.offsetOf('wait_page_queue', 'wait.entry'));
  return memory;
}

const symbols = {
  block_class: places.class,
  class_kset: places.classes,
  blockdev_superblock: places.superblock,
  disk_type: 0x77,
  tick_nsec: places.ticks,
  tick_next_period: places.ticks + 8,
  jiffies: places.ticks + 16,
  folio_wait_table: places.pages,
  bit_wait_table: places.bits,
  some_mq_ops: 0xf000,
  ends_bio: 0xf100,
  // The per-CPU variables are at their addresses.
  __per_cpu_offset: 0x1_f000,
  nr_cpu_ids: 0x1_f100,
  __cpu_possible_mask: 0x1_f108,
  __cpu_present_mask: 0x1_f108,
  __cpu_online_mask: 0x1_f108,
};

export async function answer(analysis: Analysis, image: MemoryImage): Promise<AnalysisOutcome> {
  image.u32(0x1_f100, 1).u64(0x1_f108, 1n);
  const made = describedKernel(image, { types: structs.types(), symbols });
  const sorted = Object.entries(symbols).sort(([, a], [, b]) => a - b);
  const table = symbolTable('test', { addresses: BigUint64Array.from(sorted, ([, at]) => BigInt(at)), names: sorted.map(([name]) => `D${name}`) });
  const tasks = { list: { tasks: TaskRows.of([{ address: BigInt(task), comm: 'dd', pid: 83, isThread: false }]) }, missing: [] };
  const kernel = {
    ...made,
    symbols: table,
    symbolAt: (at: bigint) => made.objects.space.symbolAt(at),
    cpus: [],
    tasks,
    why: () => undefined,
  } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const outcome = await runAnalysis(analysis, kernel, run);
  return { ...outcome, rows: [...before, ...outcome.rows] };
}

export const write = {
  device: 'vdb',
  context: 0,
  tag: 3,
  operation: 'write',
  flags: 'sync',
  sector: 32944,
  bytes: 4096,
  state: 'in_flight',
  seconds: 10,
  file: 'db.bin (inode 18, ext4 on vdb)',
  waiters: 'dd (83)',
  ends: 'ends_bio',
  queueState: 'stopped',
  request: '0x8000',
  bio: '0x9000',
};
export const read = {
  device: 'vdb',
  context: 0,
  tag: 5,
  operation: 'read',
  flags: '',
  sector: 100,
  bytes: 8192,
  state: 'idle',
  list: 'dispatch',
  seconds: 5,
  queueState: 'stopped',
  request: '0x8800',
};
export const device = {
  device: 'vdb',
  major: 254,
  minor: 16,
  bytes: 1 << 20,
  inFlight: 1,
  held: 1,
  oldest: 10,
  waiting: 1,
  counted: 2,
  scheduler: 'mq-deadline',
  contexts: 1,
  stopped: 1,
  depth: 64,
  frozen: false,
  quiesced: false,
  reads: 10,
  readBytes: 98 * 512,
  writes: 21,
  writtenBytes: 8480 * 512,
  discards: 0,
  flushes: 5,
  driver: 'some_mq_ops',
  disk: '0x4000',
  queue: '0x5000',
};
