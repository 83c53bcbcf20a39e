/** Containers of kernel objects on built memory, whole and hostile: circles, wild pointers, pages of zeros, pages that are not there. */
import { describe, expect, it } from 'vitest';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { isFailure, type Failure } from '../../../src/shared/result.ts';
import { bitmapBits, sbitmapBits } from '../../../src/analysis/kernel/object/containers/bitmaps.ts';
import { hlistEntries, listEntries, llistEntries } from '../../../src/analysis/kernel/object/containers/lists.ts';
import { mapleEntries } from '../../../src/analysis/kernel/object/containers/maple-tree.ts';
import { perCpuCopies } from '../../../src/analysis/kernel/object/containers/per-cpu.ts';
import { rbtreeEntries } from '../../../src/analysis/kernel/object/containers/rbtree.ts';
import { idrObjects, xarrayEntries } from '../../../src/analysis/kernel/object/containers/xarray.ts';
import type { KernelObject } from '../../../src/analysis/kernel/object/kernel-object.ts';
import type { KernelObjects } from '../../../src/analysis/kernel/object/kernel-objects.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  hlist_head: { first: 'hlist_node *' },
  hlist_node: { next: 'hlist_node *', pprev: 'void *' },
  llist_head: { first: 'llist_node *' },
  llist_node: { next: 'llist_node *' },
  rb_node: { __rb_parent_color: 'u64', rb_right: 'rb_node *', rb_left: 'rb_node *' },
  rb_root: { rb_node: 'rb_node *' },
  item: { id: 'u32', list: 'list_head', hash: 'hlist_node', lockless: 'llist_node', rb: 'rb_node' },
  xarray: { xa_lock: 'u32', xa_flags: 'u32', xa_head: 'void *' },
  xa_node: { shift: 'u8', offset: 'u8', count: 'u8', nr_values: 'u8', parent: 'xa_node *', array: 'xarray *', private: 'u64[2]', slots: 'u64[64]' },
  idr: { idr_rt: 'xarray', idr_base: 'u32', idr_next: 'u32' },
  maple_tree: { lock: 'u32', ma_flags: 'u32', ma_root: 'void *' },
  maple_range_64: { parent: 'u64', pivot: 'u64[15]', slot: 'u64[16]' },
  maple_arange_64: { parent: 'u64', pivot: 'u64[9]', slot: 'u64[10]', gap: 'u64[10]', meta: 'u8' },
  sbitmap_word: { word: 'u64', cleared: 'u64 @0x40' },
  sbitmap: { depth: 'u32', shift: 'u32', map_nr: 'u32', map: 'sbitmap_word *' },
};
const size = 0x4_0000;
const absent = 0x3_0000;
const zeros = 0x3_1000;

interface World {
  readonly image: MemoryImage;
  readonly described: DescribedStructs;
  readonly objects: () => KernelObjects;
}

function world(endian: 'big' | 'little'): World {
  const described = new DescribedStructs(endian, structs);
  const image = new MemoryImage(size, endian);
  const types = described.types();
  return { image, described, objects: () => describedKernel(image, { types, absent: [absent] }).objects };
}

/** Ids of members; a failure as its reason. */
const ids = (entries: Iterable<KernelObject>): (bigint | string)[] =>
  [...entries].map((one) => {
    const id = one.at('id').integer();
    return isFailure(id) ? id.missing.why : id.value;
  });
const whys = (entries: Iterable<unknown>): string[] => [...entries].filter(isFailure).map(({ missing }) => missing.why);
const itemAt = (at: number): number => 0x1000 + at * 0x100;
const wild = [absent + 0x10, zeros, 0xdead_0000_0000_0100n, 0x3_fff9, 7];

describe.each(['big', 'little'] as const)('containers, %s-endian', (endian) => {
  const listHead = 0x800;
  function withList(count: number): World {
    const made = world(endian);
    const { described, image } = made;
    const nodes = [listHead, ...Array.from({ length: count }, (_, at) => itemAt(at) + described.offsetOf('item', 'list'))];
    nodes.forEach((node, at) => {
      const next = nodes[(at + 1) % nodes.length] ?? 0;
      const prev = nodes.at(at - 1) ?? 0;
      described.put(image, node, 'list_head', { next, prev });
      if (at > 0) described.put(image, itemAt(at - 1), 'item', { id: at });
    });
    return made;
  }
  const listIds = ({ objects }: World): (bigint | string)[] => ids(listEntries(objects().at(BigInt(listHead), 'list_head'), 'item', 'list'));

  it('list: members in order, from both ends around a break', () => {
    expect(listIds(withList(0))).toEqual([]);
    expect(listIds(withList(5))).toEqual([1n, 2n, 3n, 4n, 5n]);
    for (const target of wild) {
      const broken = withList(5);
      broken.described.put(broken.image, itemAt(2), 'item', { 'list.next': target });
      const found = listIds(broken);
      expect(found.filter((one) => typeof one === 'bigint')).toEqual([1n, 2n, 3n, 4n, 5n]);
      expect(found.filter((one) => typeof one === 'string')).toHaveLength(1);
    }
    const circle = withList(5);
    circle.described.put(circle.image, itemAt(3), 'item', { 'list.next': itemAt(1) + circle.described.offsetOf('item', 'list') });
    expect(listIds(circle).at(-1)).toMatch(/leads back/);
  });

  it('hash chain and lock-less list: circles and wild links end them', () => {
    const made = world(endian);
    const { described, image, objects } = made;
    const [chainHead, freeHead] = [0x900, 0x980];
    const hashAt = described.offsetOf('item', 'hash');
    const freeAt = described.offsetOf('item', 'lockless');
    for (let at = 0; at < 4; at += 1) {
      const last = at === 3;
      described.put(image, itemAt(at), 'item', {
        id: at,
        'hash.next': last ? 0 : itemAt(at + 1) + hashAt,
        'hash.pprev': at === 0 ? chainHead : itemAt(at - 1) + hashAt,
        'lockless.next': last ? 0 : itemAt(at + 1) + freeAt,
      });
    }
    described.put(image, chainHead, 'hlist_head', { first: itemAt(0) + hashAt });
    described.put(image, freeHead, 'llist_head', { first: itemAt(0) + freeAt });
    const chain = (): (bigint | string)[] => ids(hlistEntries(objects().at(BigInt(chainHead), 'hlist_head'), 'item', 'hash'));
    const free = (): (bigint | string)[] => ids(llistEntries(objects().at(BigInt(freeHead), 'llist_head'), 'item', 'lockless'));
    expect([chain(), free()]).toEqual([
      [0n, 1n, 2n, 3n],
      [0n, 1n, 2n, 3n],
    ]);
    described.put(image, itemAt(3), 'item', { 'hash.next': 0x21 });
    expect(chain()).toEqual([0n, 1n, 2n, 3n]);
    described.put(image, itemAt(3), 'item', { 'hash.next': itemAt(1) + hashAt, 'lockless.next': itemAt(1) + freeAt });
    expect([chain().at(-1), free().at(-1)]).toEqual([expect.stringMatching(/leads back/), expect.stringMatching(/leads back/)]);
    for (const target of wild.filter((one) => typeof one === 'bigint' || one % 2 === 0)) {
      described.put(image, itemAt(2), 'item', { 'hash.next': target });
      expect(chain().slice(0, 3)).toEqual([0n, 1n, 2n]);
      expect(typeof chain()[3]).toBe('string');
    }
  });

  const rootAt = 0xa00;
  /** A balanced tree of 2^levels - 1 items whose ids are their order. */
  function withTree(levels: number): World {
    const made = world(endian);
    const { described, image } = made;
    const rb = described.offsetOf('item', 'rb');
    const build = (first: number, end: number, parent: number): number => {
      if (first >= end) return 0;
      const middle = (first + end) >> 1;
      const node = itemAt(middle) + rb;
      const left = build(first, middle, node);
      const right = build(middle + 1, end, node);
      described.put(image, itemAt(middle), 'item', { id: middle, 'rb.__rb_parent_color': parent + 1, 'rb.rb_left': left, 'rb.rb_right': right });
      return node;
    };
    described.put(image, rootAt, 'rb_root', { rb_node: build(0, 2 ** levels - 1, 0) });
    // An empty root is not among nothing but zeros.
    image.u64(rootAt + 0x40, 1n);
    return made;
  }
  const treeIds = ({ objects }: World): (bigint | string)[] => ids(rbtreeEntries(objects().at(BigInt(rootAt), 'rb_root'), 'item', 'rb'));

  it('red-black tree: in order; a branch that does not belong is left out', () => {
    expect(treeIds(withTree(0))).toEqual([]);
    expect(treeIds(withTree(4))).toEqual(Array.from({ length: 15 }, (_, at) => BigInt(at)));
    for (const target of [...wild, itemAt(7)]) {
      const broken = withTree(4);
      broken.described.put(broken.image, itemAt(3), 'item', { 'rb.rb_left': target });
      const found = treeIds(broken);
      // Items 0 to 2 hang on item 3's left.
      expect(found.filter((one) => typeof one === 'bigint')).toEqual(Array.from({ length: 12 }, (_, at) => BigInt(at + 3)));
      expect(found.filter((one) => typeof one === 'string')).toHaveLength(1);
    }
  });

  const arrayAt = 0xb00;
  const nodeAt = (at: number): number => 0x8000 + at * 0x400;
  const internal = (address: number): number => address + 2;
  /** Indices 0, 5, 64 and 4096 + 70, in three levels. */
  function withArray(at = arrayAt): World {
    const made = world(endian);
    const { described, image } = made;
    const node = (number: number, shift: number, offset: number, parent: number, slots: Readonly<Record<number, number | bigint>>): number =>
      internal(
        described.put(image, nodeAt(number), 'xa_node', {
          shift,
          offset,
          parent,
          array: at,
          ...Object.fromEntries(Object.entries(slots).map(([slot, value]) => [`slots[${slot}]`, value])),
        }),
      );
    const low = node(2, 0, 0, nodeAt(1), { 0: itemAt(0), 5: itemAt(1) });
    const sibling = node(3, 0, 1, nodeAt(1), { 0: (77 << 1) | 1, 1: 1026 });
    const first = node(1, 6, 0, nodeAt(0), { 0: low, 1: sibling });
    const deep = node(5, 0, 1, nodeAt(4), { 6: itemAt(2) });
    const second = node(4, 6, 1, nodeAt(0), { 1: deep });
    described.put(image, at, 'xarray', { xa_head: node(0, 12, 0, 0, { 0: first, 1: second }) });
    [0, 1, 2].forEach((one) => described.put(image, itemAt(one), 'item', { id: one + 100 }));
    return made;
  }
  const arrayEntries = ({ objects }: World): unknown[] => [...xarrayEntries(objects().at(BigInt(arrayAt), 'xarray'))];
  const indices = (entries: readonly unknown[]): bigint[] => entries.flatMap((one) => (isFailure(one) ? [] : [(one as { index: bigint }).index]));

  it('xarray: entries and values at their indices, marks of its own left out', () => {
    expect(arrayEntries(withArray())).toEqual([
      { index: 0n, entry: BigInt(itemAt(0)) },
      { index: 5n, entry: BigInt(itemAt(1)) },
      { index: 64n, entry: 155n },
      { index: 4166n, entry: BigInt(itemAt(2)) },
    ]);
    const single = world(endian);
    single.described.put(single.image, arrayAt, 'xarray', { xa_head: itemAt(4), xa_flags: 1 });
    expect(arrayEntries(single)).toEqual([{ index: 0n, entry: BigInt(itemAt(4)) }]);
    for (const target of [internal(nodeAt(0)), internal(nodeAt(2)), internal(absent), internal(zeros), 0xdead_0000_0000_0102n]) {
      const broken = withArray();
      broken.described.put(broken.image, nodeAt(1), 'xa_node', { 'slots[1]': target });
      const found = arrayEntries(broken);
      expect(indices(found)).toEqual([0n, 5n, 4166n]);
      expect(whys(found)).toHaveLength(1);
    }
  });

  it('idr: ids count from its base', () => {
    const { objects, described, image } = withArray(arrayAt + new DescribedStructs(endian, structs).offsetOf('idr', 'idr_rt'));
    described.put(image, arrayAt, 'idr', { idr_base: 1000 });
    const found = [...idrObjects(objects().at(BigInt(arrayAt), 'idr'), 'item')];
    expect(found.map(({ id }) => id)).toEqual([1000n, 1005n, 5166n]);
    expect(ids(found.map(({ object }) => object))).toEqual([100n, 101n, 102n]);
  });

  const mapleAt = 0xc00;
  const mapleNode = (at: number): number => 0x10000 + at * 0x100;
  const leaf = (at: number): number => mapleNode(at) + (1 << 3) + 6;
  const gaps = (at: number): number => mapleNode(at) + (3 << 3) + 6;
  function withMaple(): World {
    const made = world(endian);
    const { described, image } = made;
    described.put(image, mapleAt, 'maple_tree', { ma_root: gaps(0), ma_flags: 3 });
    described.put(image, mapleNode(0), 'maple_arange_64', {
      parent: mapleAt + 1,
      'pivot[0]': 0x9fff,
      'slot[0]': leaf(1),
      'slot[1]': leaf(2),
    });
    described.put(image, mapleNode(1), 'maple_range_64', {
      parent: mapleNode(0) + (0 << 3),
      'pivot[0]': 0xfff,
      'pivot[1]': 0x1fff,
      'pivot[2]': 0x9fff,
      'slot[1]': 0x20010,
      'slot[2]': 0x20020,
    });
    described.put(image, mapleNode(2), 'maple_range_64', { parent: mapleNode(0) + (1 << 3), 'pivot[0]': 0xafff, 'slot[0]': 0x20030 });
    return made;
  }
  const mapleFound = ({ objects }: World): unknown[] => [...mapleEntries(objects().at(BigInt(mapleAt), 'maple_tree'))];

  it('maple tree: ranges in order; a node that does not name its parent is none', () => {
    const whole = [
      { first: 0x1000n, last: 0x1fffn, entry: 0x20010n },
      { first: 0x2000n, last: 0x9fffn, entry: 0x20020n },
      { first: 0xa000n, last: 0xafffn, entry: 0x20030n },
    ];
    expect(mapleFound(withMaple())).toEqual(whole);
    for (const target of [gaps(0), leaf(1), leaf(3), absent + 0xe, zeros + 0xe, 0xdead_0000_0000_010en, 0]) {
      const broken = withMaple();
      broken.described.put(broken.image, mapleNode(0), 'maple_arange_64', { 'slot[1]': target });
      const found = mapleFound(broken);
      expect(found.filter((one) => !isFailure(one))).toEqual(whole.slice(0, 2));
      expect(whys(found)).toHaveLength(1);
    }
    const disorder = withMaple();
    disorder.described.put(disorder.image, mapleNode(1), 'maple_range_64', { 'pivot[1]': 0x10 });
    expect(whys(mapleFound(disorder))).toEqual([expect.stringMatching(/not in order/)]);
    const single = world(endian);
    single.described.put(single.image, mapleAt, 'maple_tree', { ma_root: 0x20010, ma_flags: 1 });
    expect(mapleFound(single)).toEqual([{ first: 0n, last: 0n, entry: 0x20010n }]);
  });

  it('bitmaps: bits of words; a scalable one without those that were cleared', () => {
    const { described, image, objects } = world(endian);
    image.u64(0xd00, (1n << 63n) | 5n).u64(0xd08, 2n);
    expect([...bitmapBits(objects().at(0xd00n, 'u64'), 128)]).toEqual([0, 2, 63, 65]);
    expect([...bitmapBits(objects().at(0xd00n, 'u64'), 65)]).toEqual([0, 2, 63]);
    described.put(image, 0xd80, 'sbitmap', { depth: 20, shift: 4, map_nr: 2, map: 0x5000 });
    described.put(image, 0x5000, 'sbitmap_word', { word: 0b1011, cleared: 0b0010 });
    described.put(image, 0x5000 + described.sizeOf('sbitmap_word'), 'sbitmap_word', { word: 0xffn });
    const bits = (): unknown[] => [...sbitmapBits(objects().at(0xd80n, 'sbitmap'))];
    expect(bits()).toEqual([0, 3, 16, 17, 18, 19]);
    described.put(image, 0xd80, 'sbitmap', { map: zeros });
    expect(whys(bits())).toHaveLength(2);
    described.put(image, 0xd80, 'sbitmap', { map_nr: 0x7fff_ffff });
    expect(whys(bits())).toEqual([expect.stringMatching(/do not lie in/)]);
  });

  it('per-CPU copies: one for each CPU, one that says why for a CPU without an area', () => {
    const { described, image, objects } = world(endian);
    described.put(image, 0x6100, 'item', { id: 1 });
    described.put(image, 0x7100, 'item', { id: 2 });
    const copies = [...perCpuCopies(objects().at(0x100n, 'item'), [{ number: 0, perCpuOffset: 0x6000n }, { number: 1, perCpuOffset: 0x7000n }, { number: 2 }])];
    expect(ids(copies.map(({ object }) => object))).toEqual([1n, 2n, 'its address is not known']);
  });

  it('random words instead of any structure: every walk ends', () => {
    const random = seededRandom(endian === 'big' ? 11 : 12);
    for (let round = 0; round < 40; round += 1) {
      const { image, objects } = world(endian);
      // Pointers among them, so that walks go somewhere.
      for (let at = 0; at < 0x2000; at += 8)
        image.u64(0x800 + at, BigInt(random.below(4) === 0 ? random.below(0x10000) : 0x800 + random.below(0x400) * 8 + random.below(4)));
      const at = BigInt(0x800 + random.below(0x100) * 8);
      const all = objects();
      const walks: Iterable<KernelObject | Failure | object | number>[] = [
        listEntries(all.at(at, 'list_head'), 'item', 'list'),
        hlistEntries(all.at(at, 'hlist_head'), 'item', 'hash'),
        llistEntries(all.at(at, 'llist_head'), 'item', 'lockless'),
        rbtreeEntries(all.at(at, 'rb_root'), 'item', 'rb'),
        xarrayEntries(all.at(at, 'xarray')),
        mapleEntries(all.at(at, 'maple_tree')),
        sbitmapBits(all.at(at, 'sbitmap')),
      ];
      for (const walk of walks) expect([...walk].length).toBeLessThan(10_000);
    }
  });
});
