/** Machine code of each architecture: text, what it names, which values its operands mean, and what an exception stopped. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoderOf, isUndecoded } from '../../../src/analysis/arch/decoder.ts';
import { architectures } from '../../../src/analysis/arch/index.ts';
import type { Decoded, InstructionSet } from '../../../src/analysis/arch/instruction-set.ts';
import type { KernelBytes } from '../../../src/analysis/arch/kernel-view.ts';

const sets = (['s390x', 'x86_64', 'aarch64'] as const).map((name): readonly [string, InstructionSet] => {
  const { instructions } = architectures[name];
  if (instructions === undefined) throw new Error(`${name} has no instructions`);
  return [name, instructions];
});
const setOf = (name: string): InstructionSet => sets.find(([one]) => one === name)![1];

async function one(name: string, hex: string, address: bigint): Promise<Decoded> {
  const decode = await decoderOf(setOf(name));
  const [found] = decode(Buffer.from(hex, 'hex'), address, 1);
  if (found === undefined) throw new Error('nothing was decoded');
  return found;
}

/** Memory that holds these words; everything else is absent. */
function memoryOf(words: Readonly<Record<string, bigint>>): KernelBytes {
  const bytes = new Map<bigint, number>();
  for (const [at, word] of Object.entries(words))
    for (let byte = 0n; byte < 8n; byte += 1n) bytes.set(BigInt(at) + byte, Number((word >> (56n - 8n * byte)) & 255n));
  const read = (address: bigint, length: number): Uint8Array | undefined => {
    const found = Array.from({ length }, (_, at) => bytes.get(address + BigInt(at)));
    return found.includes(undefined) ? undefined : Uint8Array.from(found as number[]);
  };
  const view = (address: bigint, length: number): DataView | undefined => {
    const found = read(address, length);
    return found === undefined ? undefined : new DataView(found.buffer);
  };
  return {
    bytes: read,
    u8: (address) => view(address, 1)?.getUint8(0),
    u16: (address) => view(address, 2)?.getUint16(0),
    u32: (address) => view(address, 4)?.getUint32(0),
    s32: (address) => view(address, 4)?.getInt32(0),
    u64: (address) => view(address, 8)?.getBigUint64(0),
    pointer: (address) => view(address, 8)?.getBigUint64(0),
    absence: () => undefined,
  };
}

describe('instructions', () => {
  it.each([
    ['s390x', 'c0e5ffff945e', 0x3ffff10d96cn, 'brasl', 0x3ffff100228n],
    ['s390x', 'c428005d5284', 0x3ffff10d978n, 'lgrl', 0x3ffffcb7e80n],
    ['s390x', 'a7f4fff5', 0x1000n, 'j', 0xfean],
    ['s390x', 'ec280006007c', 0x1000n, 'cgije', 0x100cn],
    // An immediate operand is no address.
    ['s390x', 'c01b12345678', 0x1000n, 'nilf', undefined],
    ['s390x', 'a7b90010', 0x1000n, 'lghi', undefined],
    ['x86_64', 'e800000000', 0xffffffff81000010n, 'call', 0xffffffff81000015n],
    ['x86_64', 'ebb7', 0xffffffff81000000n, 'jmp', 0xffffffff80ffffb9n],
    ['x86_64', '488b05f0ffffff', 0xffffffff81000000n, 'mov', 0xffffffff80fffff7n],
    ['x86_64', 'ff15f0ffffff', 0xffffffff81000000n, 'call', 0xffffffff80fffff6n],
    ['x86_64', '48c7c2e0ffffff', 0xffffffff81000000n, 'mov', undefined],
    ['x86_64', 'ffd0', 0xffffffff81000000n, 'call', undefined],
    ['aarch64', 'f8ffff97', 0xffff800008ccd4b0n, 'bl', 0xffff800008ccd490n],
    ['aarch64', '010000b0', 0xffff800010000014n, 'adrp', 0xffff800010001000n],
    ['aarch64', '20008052', 0xffff800010000000n, 'mov', undefined],
    ['aarch64', 'a20c0054', 0xffff800010000000n, 'b.hs', 0xffff800010000194n],
  ])('%s %s names its target', async (name, hex, address, mnemonic, target) => {
    const found = await one(name, hex, address);
    expect(found.mnemonic).toBe(mnemonic);
    expect(setOf(name).target(found)).toBe(target);
  });

  it.each([
    ['s390x', 'e33020480024', { r2: 0x1000n }, 0x1048n],
    ['s390x', 'e3f0ffd0ff24', { r15: 0x1000n }, 0xfd0n],
    ['s390x', 'e31230080004', { r2: 0x10n, r3: 0x1000n }, 0x1018n],
    // A value that is missing is not taken for 0.
    ['s390x', 'e33020480024', {}, undefined],
    // These compute: nothing lies there.
    ['s390x', '41a0f0bf', { r15: 0x1000n }, undefined],
    ['s390x', 'eb110020000d', { r0: 0n, r1: 1n }, undefined],
    ['x86_64', '48017748', { rdi: 0x10n }, 0x58n],
    ['x86_64', '488b44c8f8', { rax: 0x1000n, rcx: 2n }, 0x1008n],
    ['x86_64', '488b44c8f8', { rax: 0x1000n }, undefined],
    ['x86_64', '65488b042500000000', { rax: 1n }, undefined],
    ['x86_64', '488d4708', { rdi: 0x10n }, undefined],
    ['aarch64', 'fd7bbfa9', { sp: 0x1000n }, 0xff0n],
    ['aarch64', '200c40f9', { x1: 0x1000n }, 0x1018n],
    ['aarch64', '207862f8', { x1: 0x1000n, x2: 2n }, 0x1010n],
    ['aarch64', '207862f8', { x1: 0x1000n }, undefined],
  ])('%s %s: the place of its operand with %o', async (name, hex, values, place) => {
    expect(setOf(name).memoryOperand(await one(name, hex, 0x1000n), new Map(Object.entries(values)))).toBe(place);
  });

  it('names registers once, and parts of them with their bits', () => {
    expect(setOf('s390x').registersIn('%r3, 0x48(%r2, %r3)')).toEqual([
      { text: '%r3', name: 'r3' },
      { text: '%r2', name: 'r2' },
    ]);
    expect(setOf('x86_64').registersIn('ah, byte ptr [rsi + r8d]')).toEqual([
      { text: 'ah', name: 'rax', bits: { at: 8, count: 8 } },
      { text: 'rsi', name: 'rsi' },
      { text: 'r8d', name: 'r8', bits: { at: 0, count: 32 } },
    ]);
    expect(setOf('aarch64').registersIn('w1, [x2, #0x10]')).toEqual([
      { text: 'w1', name: 'x1', bits: { at: 0, count: 32 } },
      { text: 'x2', name: 'x2' },
    ]);
  });

  it.each(sets)('%s: any bytes are covered from the start on, as far as instructions are whole', async (_name, set) => {
    const decode = await decoderOf(set);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 1, max: 600 }),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        (bytes, most, address) => {
          const found = decode(bytes, address, most);
          expect(found.length).toBeLessThanOrEqual(most);
          let at = 0;
          for (const instruction of found) {
            expect(instruction.address).toBe(BigInt.asUintN(64, address + BigInt(at)));
            expect(instruction.bytes.length).toBeGreaterThan(0);
            expect(instruction.bytes.length).toBeLessThanOrEqual(set.longest);
            expect(Buffer.compare(instruction.bytes, bytes.subarray(at, at + instruction.bytes.length))).toBe(0);
            if (isUndecoded(instruction)) expect(instruction.operands).toBe('');
            at += instruction.bytes.length;
          }
          expect(at).toBeLessThanOrEqual(bytes.length);
          if (found.length < most) expect(bytes.length - at).toBeLessThan(set.longest);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('s390x: bytes that are no instruction keep the length that their first two bits say', async () => {
    const decode = await decoderOf(setOf('s390x'));
    const found = decode(Buffer.from('0000ffffffffffff07fe', 'hex'), 0x1000n, 10);
    expect(found.map(({ bytes, mnemonic }) => [bytes.length, mnemonic])).toEqual([
      [2, ''],
      [6, ''],
      [2, 'br'],
    ]);
  });
});

describe('the instruction that an exception of s390x stopped', () => {
  const set = setOf('s390x');
  const instruction = 0x2000n;
  const stopped = (code: bigint, length: bigint) =>
    set.stoppedAt({
      memory: memoryOf({ '0x10a0': (length << 48n) | (code << 32n), '0x1ff8': 0x07fe07fe07fe07fen }),
      types: undefined,
      registersAt: 0x1000n,
      instruction,
    })?.address;

  it.each([
    ['protection: set back by the kernel', 0x4n, 6n, instruction],
    ['translation: stays there', 0x3bn, 4n, instruction],
    ['a monitor call: stepped back over already', 0x40n, 4n, instruction],
    ['an operation exception', 0x1n, 2n, instruction - 2n],
    ['a data exception', 0x7n, 4n, instruction - 4n],
    ['an addressing exception', 0x5n, 6n, instruction - 6n],
  ])('%s', (_what, code, length, address) => {
    expect(stopped(code, length)).toBe(address);
  });

  it('is not reported if no program interruption was recorded, as after zeroing', () => {
    expect(stopped(0n, 0n)).toBeUndefined();
    expect(stopped(0x1202n, 0n)).toBeUndefined();
    expect(set.stoppedAt({ memory: memoryOf({}), types: undefined, registersAt: 0x1000n, instruction })).toBeUndefined();
    expect(set.stoppedAt({ memory: memoryOf({}), types: undefined, registersAt: undefined, instruction })).toBeUndefined();
  });

  it('has saved registers only where they say so themselves', () => {
    const words: Record<string, bigint> = { '0x1000': 0n };
    for (let at = 0; at < 19; at += 1) words[`0x${(0x1008 + 8 * at).toString(16)}`] = at === 1 ? 0x5000n : BigInt(at);
    expect(set.savedRegisters(memoryOf(words), 0x1000n, 0x5000n)?.get('r0')).toBe(2n);
    expect(set.savedRegisters(memoryOf(words), 0x1000n, 0x5002n)).toBeUndefined();
    expect(set.savedRegisters(memoryOf({}), 0x1000n, 0x5000n)).toBeUndefined();
  });
});

describe('registers that an exception of x86_64 saved', () => {
  it('count only where they name the instruction', () => {
    const set = setOf('x86_64');
    const swapped = (value: bigint): bigint => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes.readBigUInt64BE();
    };
    const words = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`0x${(0x1000 + 8 * at).toString(16)}`, swapped(BigInt(at + 1))]));
    const saved = set.savedRegisters(memoryOf(words), 0x1000n, 17n);
    expect([saved?.get('r15'), saved?.get('rax'), saved?.get('rip'), saved?.get('rsp')]).toEqual([1n, 11n, 17n, 20n]);
    expect(set.savedRegisters(memoryOf(words), 0x1000n, 16n)).toBeUndefined();
  });
});

describe('an undefined instruction of x86_64 that has operands', () => {
  // As objdump prints them.
  it.each([
    ['0fb9cc', 'ud1', 'ecx, esp'],
    ['670fb9400f', 'ud1', ''],
    ['0fb9042511223344', 'ud1', ''],
    ['0fb90501020304', 'ud1', ''],
    ['0fb98401020304', 'ud1', undefined],
    ['0fffc1', 'ud0', 'eax, ecx'],
    ['0f0b', 'ud2', ''],
  ])('%s is one instruction, and the next begins after it', async (hex, mnemonic, operands) => {
    const decode = await decoderOf(setOf('x86_64'));
    const next = Buffer.from('90c3909090909090909090909090909090', 'hex');
    const found = decode(Buffer.concat([Buffer.from(hex, 'hex'), next]), 0x1000n, 3);
    if (operands === undefined) {
      // SIB and four bytes of distance, the last of which is the next byte.
      expect(found.map(({ address, mnemonic: name }) => [address, name])).toEqual([
        [0x1000n, 'ud1'],
        [0x1008n, 'ret'],
        [0x1009n, 'nop'],
      ]);
      return;
    }
    expect(found.slice(0, 2).map(({ address, bytes, mnemonic: name, operands: text }) => [address, Buffer.from(bytes).toString('hex'), name, text])).toEqual([
      [0x1000n, hex, mnemonic, operands],
      [0x1000n + BigInt(hex.length / 2), '90', 'nop', ''],
    ]);
    // One that the end cuts is left out.
    if (mnemonic !== 'ud2') expect(decode(Buffer.from(hex, 'hex').subarray(0, -1), 0x1000n, 3)).toEqual([]);
  });
});
