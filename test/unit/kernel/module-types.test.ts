/** Split BTF on a described list btf_modules, whole and damaged, in both byte orders. */
import { isFailure, type Result } from '../../../src/shared/result.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { describe, expect, it } from 'vitest';
import { readBtf, type BtfTypes } from '../../../src/analysis/kernel/btf/btf-types.ts';
import { missingModuleTypes, readModuleTypes, type ModuleTypeSearch } from '../../../src/analysis/kernel/btf/module-types.ts';
import { isCopy, parseTypeName, scopeOf } from '../../../src/analysis/kernel/btf/type-scope.ts';
import { aggregateNamed } from '../../../src/analysis/kernel/btf/type-layout.ts';
import { withoutLostPages } from '../../../src/analysis/kernel/memory/lost-pages.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { btfBlob, type DescribedType, type Endian } from './described-btf.ts';
import { plainMemory } from './described-logs.ts';

/** struct btf and btf_module of a kernel of our own: the reader has to take the places from the types. */
const kernelTypes: readonly DescribedType[] = [
  { is: 'int', name: 'unsigned int', size: 4 }, // 1
  { is: 'int', name: 'char', size: 1 }, // 2
  { is: 'array', type: 2, count: 56 }, // 3
  { is: 'refers', kind: 2, type: 0 }, // 4: void *
  {
    is: 'struct',
    name: 'list_head',
    size: 16,
    members: [
      ['next', 4, 0],
      ['prev', 4, 64],
    ],
  }, // 5
  {
    is: 'struct',
    name: 'btf',
    size: 0x90,
    members: [
      ['data', 4, 0x08 * 8],
      ['data_size', 1, 0x14 * 8],
      ['base_btf', 4, 0x18 * 8],
      ['start_id', 1, 0x20 * 8],
      ['start_str_off', 1, 0x24 * 8],
      ['name', 3, 0x30 * 8],
      ['kernel_btf', 2, 0x80 * 8],
    ],
  }, // 6
  {
    is: 'struct',
    name: 'btf_module',
    size: 0x30,
    members: [
      ['flags', 1, 0],
      ['list', 5, 0x08 * 8],
      ['module', 4, 0x18 * 8],
      ['btf', 4, 0x20 * 8],
    ],
  }, // 7
];
const own = kernelTypes.length + 1;

const structOf = (name: string, size: number): DescribedType => ({ is: 'struct', name, size, members: [['word', 1, 0]] });

/** Two modules share one type; of another name they have different ones. */
const modules = [
  {
    name: 'alpha',
    address: 0x8000n,
    btf: 0x3000,
    node: 0x2008,
    blob: 0x10000,
    types: [structOf('shared', 4), structOf('only_alpha', 8), structOf('differs', 4)],
  },
  { name: 'beta', address: 0x9000n, btf: 0x3100, node: 0x2108, blob: 0x12000, types: [structOf('shared', 4), structOf('differs', 8)] },
] as const;
const head = 0x1000n;
const loaded = modules.map(({ name, address }) => ({ name, address, state: 'live' as const }));

interface Described {
  readonly memory: MemoryImage;
  readonly types: BtfTypes;
  readonly read: (absent?: readonly number[]) => ModuleTypeSearch;
}

function typesOf(read: Result<BtfTypes>): BtfTypes {
  if (isFailure(read)) throw new Error(read.missing.why);
  return read.value;
}

function described(endian: Endian): Described {
  const memory = new MemoryImage(0x20000, endian);
  const types = typesOf(readBtf(btfBlob(endian, kernelTypes), endian));
  const ring = [Number(head), ...modules.map(({ node }) => node)];
  for (const [at, node] of ring.entries()) {
    memory.u64(node, ring[(at + 1) % ring.length] ?? 0);
    memory.u64(node + 8, ring.at(at - 1) ?? 0);
  }
  for (const one of modules) {
    const blob = btfBlob(endian, one.types, types);
    memory.u64(one.node + 0x10, Number(one.address));
    memory.u64(one.node + 0x18, one.btf);
    memory.u64(one.btf + 0x08, one.blob);
    memory.u32(one.btf + 0x14, blob.length);
    memory.u32(one.btf + 0x20, types.count + 1);
    memory.u32(one.btf + 0x24, types.stringBytes);
    memory.write(one.btf + 0x30, Buffer.from(`${one.name}\0`));
    memory.u8(one.btf + 0x80, 1);
    memory.write(one.blob, blob);
  }
  return { memory, types, read: (absent = []) => finish(readModuleTypes(withoutLostPages(plainMemory(memory, absent)), types, head, loaded)) };
}

const scope = async (types: BtfTypes, search: ModuleTypeSearch, name: string) => {
  const found = await scopeOf(types, parseTypeName(name), 8, () => Promise.resolve(search));
  return isFailure(found) ? found.missing.why : found?.value;
};

describe.each(['big', 'little'] as const)('types of modules, %s-endian', (endian) => {
  it('are read on top of the kernel’s', () => {
    const search = described(endian).read();
    expect(missingModuleTypes(search)).toEqual([]);
    expect(search.modules.map(({ module, types }) => [module, types.firstId, types.count])).toEqual([
      ['alpha', own, own + 2],
      ['beta', own, own + 1],
    ]);
    const [alpha] = search.modules;
    expect(alpha === undefined ? undefined : aggregateNamed(alpha.types, 'only_alpha')).toMatchObject({ size: 8 });
  });

  it('are chosen by name: the kernel’s first, then the module’s; modules that differ have to be named', async () => {
    const { types, read } = described(endian);
    const search = read();
    expect(await scope(types, search, 'list_head')).toEqual({ types, from: 0 });
    expect(await scope(types, search, 'struct only_alpha')).toMatchObject({ module: 'alpha', from: own });
    expect(await scope(types, search, 'shared')).toMatchObject({ module: 'alpha', alike: ['beta'] });
    expect(await scope(types, search, 'differs')).toMatch(/alpha:differs, beta:differs/);
    const beta = await scope(types, search, 'beta:differs');
    expect(typeof beta === 'object' ? aggregateNamed(beta.types, 'differs', beta.from)?.size : beta).toBe(8);
    expect(await scope(types, search, 'gamma:differs')).toBe('no module gamma is loaded');
    expect(await scope(types, search, 'nowhere')).toBeUndefined();
    // What a module has as the kernel has it is distinguished from what only has the name.
    const copy = typesOf(readBtf(btfBlob(endian, [{ is: 'int', name: 'char', size: 1 }, structOf('list_head', 16)], types), endian, types));
    expect([isCopy(types, 'char', { types: copy, id: own }, 8), isCopy(types, 'list_head', { types: copy, id: own + 1 }, 8)]).toEqual([true, false]);
  });

  const damages: readonly (readonly [string, (memory: MemoryImage, types: BtfTypes) => void, RegExp])[] = [
    ['a size beyond reason', (memory) => memory.u32(0x3014, 0x7fff_ffff), /claims 2147483647 bytes/],
    ['another size than the header has', (memory) => memory.u32(0x3014, 24), /by its header, 24 by its struct btf/],
    ['a start that is not the kernel’s end', (memory) => memory.u32(0x3020, 3), /does not continue where the kernel's types end/],
    ['strings that start elsewhere', (memory) => memory.u32(0x3024, 1), /does not continue where/],
    ['a pointer to nothing', (memory) => memory.u64(0x3008, 0x1_0000_0000n), /BTF: /],
    ['a blob without header', (memory) => memory.u32(0x10000, 0), /no BTF header/],
    ['a reference to no type', (memory) => memory.u32(0x10000 + 24 + 16, 4000), /refers to type 4000/],
    ['a name outside the strings', (memory) => memory.u32(0x10000 + 24, 0xf_0000), /name of type 8 lies outside/],
    ['an unknown kind', (memory) => memory.u32(0x10000 + 28, 0x1f00_0000), /unknown kind 31/],
    ['another name', (memory) => memory.write(0x3030, Buffer.from('omega\0')), /not named after it/],
  ];
  it.each(damages)('with %s are left out, with the reason', (_, damage, why) => {
    const { memory, types, read } = described(endian);
    damage(memory, types);
    const search = read();
    expect(search.modules.map(({ module }) => module)).toEqual(['beta']);
    expect(missingModuleTypes(search)).toEqual([{ what: 'types of alpha', why: expect.stringMatching(why) as unknown }]);
  });

  it('with a page not in the dump, or a broken list, say so of each module', () => {
    const { memory, read } = described(endian);
    expect(missingModuleTypes(read([0x12000]))).toEqual([{ what: 'types of beta', why: expect.stringContaining('excluded') as unknown }]);
    memory.u64(modules[0].node, modules[0].node);
    const broken = read();
    expect(broken.modules.map(({ module }) => module)).toEqual(['alpha', 'beta']);
    memory.u64(Number(head) + 8, modules[0].node);
    expect(missingModuleTypes(read()).map(({ what }) => what)).toContain('types of beta');
  });

  it('of random damage end in types or reasons, never in an error', () => {
    const random = seededRandom(20);
    for (let round = 0; round < 300; round += 1) {
      const { memory, types, read } = described(endian);
      for (let at = 0; at < 4; at += 1) {
        const [start = 0, length = 1] = [
          [0x1000, 16],
          [0x2000, 0x140],
          [0x3000, 0x200],
          [0x10000, 0x100],
        ][random.below(4)] ?? [0, 1];
        memory.u8(start + random.below(length), random.below(256));
      }
      for (const { types: found } of read().modules) {
        expect(found.firstId).toBe(types.count + 1);
        for (let id = found.firstId; id <= found.count; id += 1) expect(found.members(id).every(({ type }) => type <= found.count)).toBe(true);
      }
    }
  });
});
