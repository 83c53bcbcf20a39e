import { failed, isFailure, mapResult, valueOf } from '../../../src/shared/result.ts';
import { describe, expect, it } from 'vitest';
import { btfHeader, readBtf, type BtfTypes } from '../../../src/analysis/kernel/btf/btf-types.ts';
import { compareWithVmcoreinfo } from '../../../src/analysis/kernel/btf/find-types.ts';
import { aggregateNamed, layoutRows, memberAt, offsetOf, resolved, sizeOf, typeText } from '../../../src/analysis/kernel/btf/type-layout.ts';
import { valueAt } from '../../../src/analysis/kernel/btf/type-values.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeStruct } from '../../../src/analysis/engine/kernel/struct.ts';
import { makeStyle } from '../../../src/cli/text/style.ts';
import { structText } from '../../../src/cli/text/type-text.ts';
import { describeTypeNames } from '../../../src/analysis/engine/kernel/type-names.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { btfBlob, dumpWithTypes, printkTypes, type DescribedType, type Endian } from './described-btf.ts';
import { plainMemory, vmcoreinfoOf } from './described-logs.ts';

const endians = ['big', 'little'] as const;

/** Every kind, 1 to 19. */
const all: readonly DescribedType[] = [
  { is: 'int', name: 'int', size: 4, encoding: 1 }, // 1
  { is: 'int', name: 'char', size: 1, encoding: 0 }, // 2
  { is: 'refers', kind: 2, type: 1 }, // 3: int *
  { is: 'array', type: 2, count: 16 }, // 4: char[16]
  {
    is: 'union',
    name: '',
    size: 4,
    members: [
      ['word', 1, 0],
      ['bytes', 2, 0],
    ],
  }, // 5
  {
    is: 'struct',
    name: 'flags',
    size: 4,
    members: [
      ['low', 8, 0, 5],
      ['high', 8, 5, 3],
      ['wide', 8, 8, 24],
    ],
  }, // 6
  { is: 'forward', name: 'hidden', union: false }, // 7
  { is: 'int', name: 'unsigned int', size: 4 }, // 8
  { is: 'refers', kind: 8, name: 'myint', type: 10 }, // 9
  { is: 'refers', kind: 10, type: 11 }, // 10 const
  { is: 'refers', kind: 9, type: 12 }, // 11 volatile
  { is: 'refers', kind: 11, type: 1 }, // 12 restrict
  { is: 'prototype', type: 0, parameters: [['x', 1]] }, // 13
  { is: 'refers', kind: 12, name: 'function', type: 13 }, // 14
  { is: 'variable', name: 'pcpu', type: 1 }, // 15
  { is: 'section', name: '.data..percpu', size: 4, entries: [[15, 0, 4]] }, // 16
  { is: 'float', name: 'double', size: 8 }, // 17
  { is: 'declTag', name: 'tag', type: 6 }, // 18
  { is: 'refers', kind: 18, name: 'user', type: 1 }, // 19
  {
    is: 'enum',
    name: 'colour',
    size: 4,
    signed: true,
    values: [
      ['RED', 0n],
      ['GREEN', 1n],
      ['NONE', -1n],
    ],
  }, // 20
  { is: 'enum64', name: 'huge', size: 8, values: [['BIG', 0x1234_5678_9abc_def0n]] }, // 21
  { is: 'refers', kind: 2, type: 13 }, // 22 void (*)()
  { is: 'int', name: '_Bool', size: 1, encoding: 4 }, // 23
  {
    is: 'struct',
    name: 'outer',
    size: 72,
    members: [
      ['number', 9, 0],
      ['', 5, 32],
      ['name', 4, 64],
      ['flags', 6, 192],
      ['callback', 22, 256],
      ['state', 20, 320],
      ['ok', 23, 352],
      ['big', 21, 384],
      ['ratio', 17, 448],
      ['next', 25, 512],
    ],
  }, // 24
  { is: 'refers', kind: 2, type: 24 }, // 25
  { is: 'array', type: 1, count: 4 }, // 26
];

const read = (endian: Endian, described: readonly DescribedType[] = all, base?: BtfTypes): BtfTypes => {
  const types = readBtf(btfBlob(endian, described, base), endian, base);
  if (isFailure(types)) throw new Error(types.missing.why);
  return types.value;
};

describe.each(endians)('BTF, %s-endian', (endian) => {
  const types = read(endian);

  it('knows every kind', () => {
    expect(types.count).toBe(all.length);
    expect(new Set(Array.from({ length: all.length }, (_, at) => types.get(at + 1)?.kind))).toEqual(new Set(Array.from({ length: 19 }, (_, at) => at + 1)));
    expect(types.get(0)?.name).toBe('void');
    expect(types.get(all.length + 1)).toBeUndefined();
  });

  it('writes types as C does', () => {
    expect([3, 4, 9, 10, 13, 22, 25, 7, 26].map((id) => typeText(types, id))).toEqual([
      'int *',
      'char [16]',
      'myint',
      'const volatile int',
      'void ()',
      'void (*)()',
      'struct outer *',
      'struct hidden',
      'int [4]',
    ]);
    expect([3, 4, 9, 24, 7, 13].map((id) => sizeOf(types, id, 8))).toEqual([8, 16, 4, 72, undefined, undefined]);
  });

  it('opens anonymous members and finds members by their path', () => {
    const outer = aggregateNamed(types, 'struct outer')?.id ?? 0;
    const rows = layoutRows(types, outer, 0).map(({ member, bitOffset, depth }) => [member.name, bitOffset, depth]);
    expect(rows.slice(0, 5)).toEqual([
      ['number', 0, 0],
      ['', 32, 0],
      ['word', 32, 1],
      ['bytes', 32, 1],
      ['name', 64, 0],
    ]);
    expect(layoutRows(types, outer, 1).map(({ member }) => member.name)).toContain('wide');
    expect(memberAt(types, outer, 'word')?.bitOffset).toBe(32);
    expect(memberAt(types, outer, 'flags.high')).toMatchObject({ bitOffset: 197, bits: 3 });
    expect(memberAt(types, outer, 'name[3]')?.bitOffset).toBe(64 + 24);
    expect([memberAt(types, outer, 'name[16]'), memberAt(types, outer, 'nothing'), memberAt(types, outer, 'name.x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(offsetOf(types, 'outer', 'state')).toBe(40);
    expect(offsetOf(types, 'outer', 'flags.high')).toBeUndefined();
  });

  it('reads values as the machine stored them', () => {
    const memory = new MemoryImage(0x3000, endian);
    memory.u32(0x1000, 0xffff_fffe).u32(0x1004, 0x4100_0041).text(0x1008, 'swapper/0');
    // low = 17, high = 5, wide = 0xabcdef: bit-fields start at the most significant bit on big-endian machines.
    if (endian === 'big') memory.u32(0x1018, ((17 << 27) | (5 << 24) | 0xabcdef) >>> 0);
    else memory.u32(0x1018, ((0xabcdef << 8) | (5 << 5) | 17) >>> 0);
    memory.u64(0x1020, 0x1234n).u32(0x1028, 0xffff_ffff).u8(0x102c, 1).u64(0x1030, 0x1234_5678_9abc_def0n).u64(0x1038, 0x3ff8_0000_0000_0000n);
    const context = { types, memory: plainMemory(memory), symbols: undefined };
    const value = (path: string): unknown => {
      const member = memberAt(types, aggregateNamed(types, 'outer')?.id ?? 0, path);
      return member === undefined ? undefined : valueAt(context, 0x1000n, member.type, member.bitOffset, member.bits);
    };
    expect(value('number')).toEqual({ value: -2 });
    expect(value('name')).toEqual({ text: '"swapper/0"' });
    expect([value('flags.low'), value('flags.high'), value('flags.wide')]).toEqual([{ value: 17 }, { value: 5 }, { value: 0xabcdef }]);
    expect(value('callback')).toEqual({ value: '0x1234' });
    expect(value('state')).toEqual({ value: -1, text: 'NONE' });
    expect(value('ok')).toEqual({ value: 1, text: 'true' });
    expect(value('big')).toEqual({ value: '0x123456789abcdef0', text: 'BIG' });
    expect(value('ratio')).toMatchObject({ text: '1.5' });
    expect(valueAt(context, 0x10_0000n, 1)).toMatchObject({ absent: expect.any(String) as string });
  });

  it('continues with the types of a module', () => {
    const module = read(
      endian,
      [
        {
          is: 'struct',
          name: 'driver',
          size: 80,
          members: [
            ['inside', 24, 0],
            ['count', 1, 576],
          ],
        },
      ],
      types,
    );
    const driver = aggregateNamed(module, 'driver');
    expect(driver?.id).toBe(all.length + 1);
    expect(memberAt(module, driver?.id ?? 0, 'inside.name')?.bitOffset).toBe(64);
    expect(typeText(module, module.members(driver?.id ?? 0)[0]?.type ?? 0)).toBe('struct outer');
    expect([...module.names()]).toContain('outer');
  });

  it('reads the longer header, passes kinds of the future by its layout, and counts of more than 16 bits', () => {
    const layout = Array.from({ length: 31 }, (_, kind) => (kind === 30 ? ([4, 8] as const) : ([0, 0] as const)));
    const future: DescribedType = { is: 'future', kind: 30, count: 2, words: [1, 2, 3, 4, 5] };
    const blob = btfBlob(endian, [...all, future, { is: 'int', name: 'last', size: 2 }], undefined, layout);
    expect(btfHeader(blob, endian)).toMatchObject({ headerBytes: 32, bytes: blob.length });
    const types = readBtf(blob, endian);
    expect(valueOf(types)?.named('last', [1])).toEqual([all.length + 2]);
    expect(readBtf(btfBlob(endian, [...all, future]), endian)).toEqual(failed('BTF', `type ${all.length + 1} is of the unknown kind 30`));
    const many = Array.from({ length: 0x1_0001 }, (_, at) => ['m', 1, at] as const);
    const wide = read(endian, [all[0]!, { is: 'struct', name: 'wide', size: 8, members: many }, { is: 'int', name: 'after', size: 1 }]);
    expect(wide.members(2).length).toBe(0x1_0001);
    expect(wide.named('after', [1])).toEqual([3]);
  });

  it('refuses a type with millions of members, which would be handed out as one list', () => {
    const most = 1 << 20;
    const withMembers = (count: number): Uint8Array => {
      const blob = Buffer.from(btfBlob(endian, [all[0]!, { is: 'struct', name: 'wide', size: 8, members: [['m', 1, 0]] }]));
      const [put, get] = endian === 'big' ? (['writeUInt32BE', 'readUInt32BE'] as const) : (['writeUInt32LE', 'readUInt32LE'] as const);
      const [typeBytes, stringsAt] = [blob[get](12), 24 + blob[get](16)];
      const member = blob.subarray(stringsAt - 12, stringsAt);
      const more = Buffer.concat([blob.subarray(0, stringsAt), ...Array.from({ length: count - 1 }, () => member), blob.subarray(stringsAt)]);
      more[put](typeBytes + (count - 1) * 12, 12);
      more[put](typeBytes + (count - 1) * 12, 16);
      const at = stringsAt - 12 - 12 + 4;
      more[put](more[get](at) + count - 1, at);
      return more;
    };
    const types = readBtf(withMembers(most), endian);
    expect(mapResult(types, (read) => read.members(2).length)).toEqual({ value: most });
    expect(readBtf(withMembers(most + 1), endian)).toEqual(failed('BTF', `type 2 has ${most + 1} members, more than ${most}`));
  });

  it('refuses what is cut, unknown or no BTF, and never hangs on circles', () => {
    const blob = btfBlob(endian, all);
    for (let length = 0; length < blob.length; length += 7) expect(isFailure(readBtf(blob.subarray(0, length), endian))).toBe(true);
    expect(btfHeader(blob, endian === 'big' ? 'little' : 'big')).toBeUndefined();
    const circle = read(endian, [
      { is: 'refers', kind: 8, name: 'a', type: 2 },
      { is: 'refers', kind: 10, type: 1 },
      { is: 'struct', name: 'self', size: 8, members: [['', 3, 0]] },
    ]);
    expect(resolved(circle, 1)).toBeUndefined();
    expect(typeText(circle, 2)).toContain('const');
    expect(layoutRows(circle, 3, 8).length).toBeLessThan(200);
  });

  it('answers something for any damaged byte', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 300; round += 1) {
      const blob = btfBlob(endian, all);
      for (let change = 0; change < 3; change += 1) blob[24 + random.below(blob.length - 24)] = random.below(256);
      const types = valueOf(readBtf(blob, endian));
      if (types === undefined) continue;
      for (let id = 0; id <= types.count; id += 1) {
        expect(typeof typeText(types, id)).toBe('string');
        layoutRows(types, id, 2);
        sizeOf(types, id, 8);
      }
      expect([...types.names()].every((name) => typeof name === 'string')).toBe(true);
    }
  });
});

describe('believing BTF', () => {
  it('compares sizes and offsets with vmcoreinfo', () => {
    const types = read('big', printkTypes);
    const right = vmcoreinfoOf(['SIZE(prb_desc)=24', 'OFFSET(printk_info.caller_id)=20', 'OFFSET(atomic_long_t.counter)=0', 'SIZE(not_there)=5']);
    expect(compareWithVmcoreinfo(types, right, 8)).toEqual({ agreeing: 3, differing: [] });
    const wrong = vmcoreinfoOf(['SIZE(prb_desc)=32', 'OFFSET(printk_info.caller_id)=20']);
    expect(compareWithVmcoreinfo(types, wrong, 8)).toMatchObject({ agreeing: 1, differing: [expect.stringContaining('SIZE(prb_desc) is 32')] });
  });

  const never = new AbortController().signal;

  it('finds it in the kernel image, without a scan', async () => {
    const session = sessionOn(memorySource('dump', dumpWithTypes()));
    expect((await session.kernel.lookForTypes(never))?.source).toContain('BTF at 0x900004');
    expect((await describeStruct(session, { name: 'prb_desc' }, never)).source).toContain('BTF at 0x900004');
  });

  /** Nothing says where the image lies. */
  const withoutText = (): Uint8Array => {
    const dump = Buffer.from(dumpWithTypes());
    for (let at = dump.indexOf('SYMBOL(_stext)'); at !== -1; at = dump.indexOf('SYMBOL(_stext)')) dump.write('SYMBOL(_xtext)', at);
    return dump;
  };

  it('finds it by a scan, and shows a structure with its values', async () => {
    const session = sessionOn(memorySource('dump', withoutText()));
    expect(await session.kernel.lookForTypes(never)).toBeUndefined();
    const answer = await describeStruct(session, { name: 'printk_ringbuffer', address: 0x1c_1f00n, depth: 1 }, never);
    expect(answer).toMatchObject({
      kind: 'struct',
      name: 'struct printk_ringbuffer',
      size: 88,
      source: expect.stringContaining('absolute 0x900004') as string,
    });
    expect(answer.agreeing).toBeGreaterThan(20);
    expect((await describeTypeNames(session, undefined, never)).names).toContain('printk_info');
  });

  it('opens a small struct whole where its values are asked for, and says how to open what stays closed', async () => {
    const session = sessionOn(memorySource('dump', dumpWithTypes()));
    const at = { name: 'printk_ringbuffer', address: 0x1c_1f00n };
    const text = async (request: Parameters<typeof describeStruct>[1]): Promise<string> =>
      structText(await describeStruct(session, request, never), makeStyle(false));
    const { members } = await describeStruct(session, at, never);
    expect(members.filter(({ name }) => name === 'counter')).toHaveLength(5);
    const closed = members.filter((one, index) => one.value === undefined && one.absent === undefined && (members[index + 1]?.depth ?? 0) <= one.depth);
    expect(closed).toEqual([]);
    expect(await text(at)).not.toContain('--depth');
    expect((await describeStruct(session, { ...at, depth: 0 }, never)).members.map(({ name }) => name)).toEqual(['desc_ring', 'text_data_ring', 'fail']);
    expect(await text({ ...at, depth: 0 })).toContain('members without a value are structs: --depth 1 opens them');
    const { members: layout } = await describeStruct(session, { name: at.name }, never);
    expect(layout).toHaveLength(3);
    expect(await text({ name: at.name })).not.toContain('--depth');
  });

  it('finds it by a scan with the header of 32 bytes too', async () => {
    const session = sessionOn(memorySource('dump', dumpWithTypes([[0, 0]])));
    expect(await describeStruct(session, { name: 'prb_desc' }, never)).toMatchObject({ size: 24, source: expect.stringContaining('0x900004') as string });
  });

  it('a blob with a page lost, or of another kernel, is not believed', async () => {
    const dump = dumpWithTypes();
    const at = Buffer.from(dump).indexOf(Buffer.from([0xeb, 0x9f, 1, 0, 0, 0, 0, 24]));
    const lost = Uint8Array.from(dump).fill(0, at - 4 + 0x4000, at - 4 + 0x5000);
    await expect(describeStruct(sessionOn(memorySource('dump', lost)), { name: 'prb_desc' }, never)).rejects.toThrow('a page of it');
    const other = Uint8Array.from(dump);
    // Size of struct prb_desc, the eighth type: 5 ints and typedefs of 16, 16, 16, 16, 24, 12 bytes and a struct of 36 before it.
    other[at + 24 + 16 * 4 + 24 + 12 + 36 + 11] = 32;
    await expect(describeStruct(sessionOn(memorySource('dump', other)), { name: 'prb_desc' }, never)).rejects.toThrow(
      'SIZE(prb_desc) is 24 in vmcoreinfo and 32 in BTF',
    );
  });
});
