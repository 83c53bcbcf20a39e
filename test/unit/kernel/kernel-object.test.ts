/** Typed objects: values by every kind of type, chains, failures that say what, why and where. */
import { describe, expect, it } from 'vitest';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';
import { vmcoreinfoOf } from './described-logs.ts';

const structs = {
  atomic_t: { counter: 's32' },
  refcount_t: { refs: 'atomic_t' },
  list_head: { next: 'list_head *', prev: 'list_head *' },
  'union _anonymous_slot': { wide: 'u64', narrow: 'u32' },
  owner: { comm: 'char[16]', pid: 's32', link: 'list_head' },
  thing: {
    magic: 'u16',
    small: 'u8',
    low: 'u32 : 3',
    high: 'u32 : 7',
    count: 'refcount_t',
    kind: 'kinds',
    ready: 'bool',
    owner: 'owner *',
    name: 'char *',
    callback: 'void *',
    _anonymous: '_anonymous_slot',
    values: 'u32[4]',
    owners: 'owner[2]',
    tail: 'u64[0]',
  },
};
const at = 0x1000;
const ownerAt = 0x2000;

describe.each(['big', 'little'] as const)('kernel objects, %s-endian', (endian) => {
  const described = new DescribedStructs(endian, structs, { kinds: { KIND_NONE: 0n, KIND_DISK: 3n } });
  const image = new MemoryImage(0x10000, endian);
  described.put(image, at, 'thing', {
    magic: 0xbeef,
    small: 0x81,
    low: 5,
    high: 0x55,
    'count.refs.counter': -2,
    kind: 3,
    ready: 1,
    owner: ownerAt,
    name: 0x3000,
    callback: 0x4010,
    wide: 0x1122_3344_5566_7788n,
    'values[0]': 10,
    'values[3]': 40,
    'owners[1].comm': 'second',
    'owners[1].pid': 7,
  });
  described.put(image, ownerAt, 'owner', { comm: 'kworker/0:1', pid: 42 });
  image.text(0x3000, 'a name\0').u64(at + described.sizeOf('thing') + 8, 99n);
  const types = described.types();
  const { objects } = describedKernel(image, { types, symbols: { thing: at, handler: 0x4010, twice: 0x5000 }, absent: [0x6000] });
  const thing = objects.variable('thing', 'struct thing');

  it('reads numbers by their own types', () => {
    expect(thing.at('magic').u16()).toEqual({ value: 0xbeef });
    expect(thing.at('small').u8()).toEqual({ value: 0x81 });
    expect(thing.at('low').integer()).toEqual({ value: 5n });
    expect(thing.at('high').u8()).toEqual({ value: 0x55 });
    expect(thing.at('count').integer()).toEqual({ value: -2n });
    expect(thing.at('count').u32()).toEqual({ value: 0xffff_fffe });
    expect(thing.at('count').s32()).toEqual({ value: -2 });
    expect(thing.at('kind').enumerator()).toEqual({ value: 'KIND_DISK' });
    expect(thing.at('ready').flag()).toEqual({ value: true });
    expect(thing.at('wide').u64()).toEqual({ value: 0x1122_3344_5566_7788n });
    expect(thing.at('narrow').integer()).toEqual({ value: endian === 'big' ? 0x1122_3344n : 0x5566_7788n });
    expect(objects.constant('kinds', 'KIND_DISK')).toEqual({ value: 3n });
  });

  it('follows pointers, texts, symbols, arrays', () => {
    expect(thing.pointer('owner').at('comm').string()).toEqual({ value: 'kworker/0:1' });
    expect(thing.pointer('owner').at('pid').number()).toEqual({ value: 42 });
    expect(thing.pointer('owner').at('link').containerOf('owner', 'link').address).toEqual({ value: BigInt(ownerAt) });
    expect(thing.at('name').string()).toEqual({ value: 'a name' });
    expect(thing.at('callback').symbol()).toEqual({ value: 'handler' });
    expect([...thing.at('values').elements()].map((one) => one.number())).toEqual([{ value: 10 }, { value: 0 }, { value: 0 }, { value: 40 }]);
    expect(thing.at('owners[1].comm').string()).toEqual({ value: 'second' });
    expect(thing.at('owners').element(1).at('pid').integer()).toEqual({ value: 7n });
    expect(thing.at('tail').element(1).u64()).toEqual({ value: 99n });
    expect(thing.at('owner', 'other').address).toEqual(thing.at('other', 'owner').address);
    expect(objects.sizeOf('thing')).toEqual({ value: described.sizeOf('thing') });
    expect(objects.offsetOf('thing', 'owners')).toEqual({ value: described.offsetOf('thing', 'owners') });
    expect(thing.at('values').read()).toEqual({ value: image.read(at + described.offsetOf('thing', 'values'), 16) });
  });

  it('says what is missing, why and where, whatever follows in the chain', () => {
    const member = thing.at('nothing').pointer('further').at('more');
    expect(member.integer()).toEqual({
      missing: {
        what: 'thing.nothing',
        why: "struct thing has no member nothing in this kernel's types",
        where: { space: 'virtual', start: '0x1000', end: '0x1001' },
      },
    });
    expect(member.string()).toEqual(member.integer());
    const lost = objects.at(0x6000n, 'owner').at('pid').integer();
    expect(lost).toMatchObject({ missing: { what: 'owner.pid', where: { space: 'virtual', start: '0x6010', end: '0x6014' } } });
    expect(lost).toHaveProperty('missing.why', expect.stringContaining('excluded'));
    expect(objects.at(0x7000n, 'owner').at('pid').integer()).toHaveProperty('missing.why', expect.stringContaining('nothing but zeros'));
    expect(objects.at(0xfff_0000n, 'owner').at('comm').string()).toHaveProperty('missing.where.start', '0xfff0000');
    expect(objects.variable('absent', 'owner').at('pid').integer()).toEqual({ missing: { what: 'absent', why: 'the symbol table names no absent' } });
    expect(thing.at('owners').element(2).address).toHaveProperty('missing.why', 'it has no element 2');
    expect(thing.at('wide').u32()).toHaveProperty('missing.why', 'it has 8 bytes, not 4');
    expect(thing.at('owners').integer()).toHaveProperty('missing.why', expect.stringContaining('not a number'));
    expect(thing.at('magic').pointer().address).toHaveProperty('missing.why', 'u16 is not a pointer');
    expect(objects.at(0x1000n, 'nonsense').address).toHaveProperty('missing.why', "the kernel's types have no nonsense");
  });

  it('a null pointer is distinguished from one that cannot be read', () => {
    described.put(image, 0x8000, 'thing', { owner: 0, small: 1 });
    const none = objects.at(0x8000n, 'thing').pointer('owner');
    expect([none.isNull, none.at('comm').isNull]).toEqual([true, true]);
    expect(none.at('comm').string()).toMatchObject({ missing: { what: 'thing.owner', why: 'the pointer is null' } });
    expect(objects.at(0x6000n, 'thing').pointer('owner').isNull).toBe(false);
  });

  it('without types it reads what vmcoreinfo gives the place of, and says so of the rest', () => {
    const vmcoreinfo = vmcoreinfoOf([
      `OFFSET(thing.owner)=${described.offsetOf('thing', 'owner')}`,
      `SIZE(thing)=${described.sizeOf('thing')}`,
      'SYMBOL(other)=1000',
    ]);
    const bare = describedKernel(image, { vmcoreinfo, symbols: {} }).objects;
    const other = bare.variable('other', 'thing');
    expect(other.at('owner').u64()).toEqual({ value: BigInt(ownerAt) });
    expect(other.pointer('owner', 'owner').address).toEqual({ value: BigInt(ownerAt) });
    expect(bare.sizeOf('thing')).toEqual({ value: described.sizeOf('thing') });
    expect(other.at('magic').u16()).toHaveProperty('missing.why', expect.stringContaining('types are needed: this kernel has none'));
    expect(other.at('owner').integer()).toHaveProperty('missing.why', expect.stringContaining('its type is not known'));
  });
});
