import { createCipheriv, hkdfSync } from 'node:crypto';

import { ByteWriter, concatBytes } from './byte-writer.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { noteTypes, systemNotes, type ElfNote } from './elf-notes.ts';
import { MemoryImage } from './memory-image.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';
import type { MemoryRange, S390xCpu, System } from './system.ts';

export interface PvElfOptions {
  /** Customer communication key, 32 bytes; {@link sampleCommunicationKey} unless given. */
  readonly communicationKey?: Uint8Array;
  /** Pages that the guest shares with its host: stored as they are. */
  readonly shared?: readonly MemoryRange[];
  readonly seed?: number;
}

const pageSize = 4096;
/** The key that opens the dumps of {@link pvElf}: the bytes 0x00 … 0x1f. */
export const sampleCommunicationKey = Uint8Array.from({ length: 32 }, (_, index) => index);

/**
 * A QEMU dump of a secure guest: memory and CPU states are really encrypted (s390-dump.md section 8), with keys that follow from
 * the customer communication key, so that a reader that can decrypt has something to prove itself on.
 */
export function pvElf(system: System, options: PvElfOptions = {}): Uint8Array {
  const random = seededRandom(options.seed ?? 1);
  const seed = random.bytes(64);
  const dumpKey = new Uint8Array(hkdfSync('sha512', options.communicationKey ?? sampleCommunicationKey, seed, 'IBM Z Ultravisor Dump', 32));
  const nonce = random.bytes(16);
  const pageKeys = random.bytes(64);
  const { memory, meta } = encryptMemory(system.memory, pageKeys, nonce, options.shared ?? [], random);
  const cpus = system.cpus.filter((cpu): cpu is S390xCpu => cpu.kind === 's390x');
  // Each CPU's encrypted state follows its other notes, which show nothing of a secure guest.
  const notes = cpus.flatMap((cpu, index): readonly ElfNote[] => {
    const clear = systemNotes({ ...system, cpus: [blankCpu(cpu)] }, 'qemu');
    // A host of secure guests is big-endian: pr_pid is not swapped there.
    for (const { type, descriptor } of clear) if (type === noteTypes.prstatus) new DataView(descriptor.buffer).setUint32(32, index + 1);
    return [...clear, { owner: 'LINUX', type: noteTypes.pvCpuData, descriptor: cpuState(cpu, dumpKey, random.bytes(12)) }];
  });
  return elfVmcore(
    { ...system, memory },
    {
      notes,
      loads: [{ address: 0, size: memory.size }],
      sections: [
        { name: 'pv_compl', data: completionData(seed, random.bytes(12), dumpKey, nonce, pageKeys) },
        { name: 'pv_mem_meta', data: meta },
      ],
    },
  );
}

function seal(key: Uint8Array, iv: Uint8Array, authenticated: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(authenticated);
  return concatBytes([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** 288 bytes: 96 authenticated, 176 encrypted, tag. */
function completionData(seed: Uint8Array, iv: Uint8Array, key: Uint8Array, nonce: Uint8Array, pageKeys: Uint8Array): Uint8Array {
  const clear = new ByteWriter(96).u32(0, 1).u32(4, 288).raw(16, seed).raw(80, iv).bytes;
  const plain = new ByteWriter(176).raw(0, nonce).raw(16, pageKeys).bytes;
  return concatBytes([clear, seal(key, iv, clear, plain)]);
}

/** 1568 bytes: 32 authenticated, 1520 encrypted (offsets below are in the whole note), tag. */
function cpuState(cpu: S390xCpu, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const note = new ByteWriter(32 + 1520).u32(0, 1).u32(4, 1568).raw(8, iv);
  cpu.gprs.forEach((value, index) => note.u64(32 + index * 8, value));
  note.u64(160, cpu.psw.mask).u64(168, cpu.psw.address).u32(184, cpu.prefix).u32(188, cpu.fpc).u32(196, cpu.todProgrammable);
  note.u64(200, cpu.timer).u64(208, cpu.clockComparator);
  cpu.acrs.forEach((value, index) => note.u32(224 + index * 4, value));
  cpu.crs.forEach((value, index) => note.u64(288 + index * 8, value));
  cpu.fprs.forEach((value, index) => note.u64(416 + index * 16, value).u64(424 + index * 16, cpu.vectorLow[index] ?? 0n));
  cpu.vectorHigh.forEach((value, index) => note.u64(672 + index * 16, value >> 64n).u64(680 + index * 16, value));
  cpu.guardedStorage.slice(1).forEach((value, index) => note.u64(1448 + index * 8, value));
  const clear = note.bytes.slice(0, 32);
  return concatBytes([clear, seal(key, iv, clear, note.bytes.subarray(32))]);
}

/** Pages as AES-256-XTS units, and 16 bytes of state for each. */
function encryptMemory(
  memory: MemoryImage,
  keys: Uint8Array,
  nonce: Uint8Array,
  shared: readonly MemoryRange[],
  random: SeededRandom,
): { readonly memory: MemoryImage; readonly meta: Uint8Array } {
  const encrypted = new MemoryImage(memory.size);
  const states: Uint8Array[] = [];
  const special = (flags: number): Uint8Array => new ByteWriter(16).u32(0, 0xffffffff).u8(15, flags).bytes;
  for (let address = 0; address < memory.size; address += pageSize) {
    const page = memory.read(address, pageSize);
    if (shared.some((range) => address >= range.start && address < range.start + range.size)) {
      states.push(special(0x06));
      encrypted.write(address, page);
    } else if (memory.isZero(address, pageSize)) {
      states.push(special(0x05));
    } else {
      const tweak = random.bytes(16);
      tweak[0] = (tweak[0] ?? 0) & 0x7f; // never the mark of a special entry
      const cipher = createCipheriv(
        'aes-256-xts',
        keys,
        tweak.map((byte, index) => byte | (nonce[index] ?? 0)),
      );
      encrypted.write(address, cipher.update(page));
      states.push(tweak);
    }
  }
  return { memory: encrypted, meta: concatBytes(states) };
}

function blankCpu(cpu: S390xCpu): S390xCpu {
  const zeros = new Array<bigint>(16).fill(0n);
  return {
    ...cpu,
    psw: { mask: 0n, address: 0n },
    gprs: zeros,
    acrs: new Array<number>(16).fill(0),
    crs: zeros,
    fprs: zeros,
    vectorLow: zeros,
    vectorHigh: zeros,
    timer: 0n,
    clockComparator: 0n,
    fpc: 0,
    todProgrammable: 0,
    guardedStorage: [0n, 0n, 0n, 0n],
    prefix: 0,
  };
}
