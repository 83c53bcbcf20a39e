import { osInfoPage } from './s390x-os-info.ts';
import { places } from './s390x-places.ts';
import type { S390xSystem } from './s390x-system.ts';

/** Bytes of memory that a damage changed. */
export interface DamagedRange {
  readonly address: number;
  readonly length: number;
}

type Damage = (system: S390xSystem) => readonly DamagedRange[];

/** Turns every bit of some bytes, so that the result differs whatever was there. */
function flip(system: S390xSystem, address: number, length: number): DamagedRange {
  const bytes = system.memory.read(address, length);
  system.memory.write(
    address,
    bytes.map((byte) => byte ^ 0xff),
  );
  return { address, length };
}

function overwrite(system: S390xSystem, address: number, bytes: Uint8Array): DamagedRange {
  system.memory.write(address, bytes);
  return { address, length: bytes.length };
}

function crashkernelBase(system: S390xSystem): number {
  if (system.crashkernel === undefined || system.kdump === undefined) throw new RangeError('the system has no loaded kdump kernel to damage');
  return system.crashkernel.start;
}

const firstPrefix = (system: S390xSystem): number => system.cpus[0]?.prefix ?? places.lowcores;

/** What a case or a sample can break in the memory of a described system; each changes as little as its name says. */
export const damages = {
  /** One byte of the reserved end of the os_info page: all fields stay right, the checksum does not. */
  'osinfo-checksum': (system) => [flip(system, places.osInfo + 0x7f3, 1)],
  /** One byte inside the crashkernel address field of the os_info page. */
  'osinfo-crashkernel': (system) => [flip(system, places.osInfo + 0x013, 1)],
  'osinfo-magic': (system) => [flip(system, places.osInfo, 1)],
  /** The whole os_info page overwritten with a pattern. */
  'osinfo-wiped': (system) => [overwrite(system, places.osInfo, new Uint8Array(4096).fill(0x6b))],
  /** A page of major version 2 with a right checksum. */
  'osinfo-version': (system) => [overwrite(system, places.osInfo, osInfoPage({ crashkernel: system.crashkernel, versionMajor: 2 }))],
  /** A right page that says that no crashkernel memory is reserved. */
  'osinfo-no-crashkernel': (system) => [overwrite(system, places.osInfo, osInfoPage({ crashkernel: undefined }))],
  'osinfo-pointer': (system) => [overwrite(system, 0xe18, Uint8Array.of(0, 0, 0, 0, 0, 0x1c, 0x80, 0x08))],
  'osinfo-missing': (system) => [overwrite(system, 0xe18, new Uint8Array(8))],
  /** One byte of the block that os_info entry 1 covers, and `ipib` too if it is set. */
  'reipl-block': (system) => [flip(system, places.ipib + 0x20, 1)],
  /** Bytes of the loaded kdump kernel and of its initrd. */
  'kdump-overwritten': (system) => {
    const base = crashkernelBase(system);
    const initrd = system.kdump?.regions[1]?.start ?? base;
    return [flip(system, base + 0x1345e, 3), overwrite(system, initrd + 0x1b000, new Uint8Array(512).fill(0xa5))];
  },
  /** Bytes of the crashkernel area that no region covers: the digest still matches. */
  'kdump-outside': (system) => [flip(system, crashkernelBase(system) + 0x1f9010, 8)],
  /** The identifier of a loaded kernel, as when nothing is loaded. */
  'kdump-identifier': (system) => [overwrite(system, crashkernelBase(system) + 0x10008, new Uint8Array(8))],
  /** One byte of the recorded purgatory digest. */
  'purgatory-digest': (system) => [flip(system, system.kdump?.digestAddress ?? crashkernelBase(system), 1)],
  /** The name of the VMCOREINFO note in memory. */
  'vmcoreinfo-name': (system) => [flip(system, places.vmcoreinfoNote + 12, 8)],
  'vmcoreinfo-pointer': (system) => [overwrite(system, 0xe0c, new Uint8Array(8))],
  /** The pointer as it is before the note is set up: load offset | 1. */
  'vmcoreinfo-early': (system) => [overwrite(system, 0xe0c, Uint8Array.of(0, 0, 0, 0, 0, 2, 0, 1))],
  /** Release in init_uts_ns that differs from VMCOREINFO's OSRELEASE. */
  'uts-release': (system) => [overwrite(system, places.initUtsNs + 2 * 65, new TextEncoder().encode('9.9'))],
  /** Prefix that store status left in the first CPU's save area. */
  'stored-prefix': (system) => [flip(system, firstPrefix(system) + 0x1318 + 2, 1)],
  /** One stored general register of the first CPU, so that save area and notes disagree. */
  'stored-register': (system) => [flip(system, firstPrefix(system) + 0x1280 + 8 * 6, 8)],
  /** The segment-table entry of the second MiB (kernel text) made invalid. */
  'page-tables': (system) => [overwrite(system, places.identitySegments + 8 + 7, Uint8Array.of(0x20))],
} as const satisfies Record<string, Damage>;

export type DamageName = keyof typeof damages;
export const damageNames = Object.keys(damages) as readonly DamageName[];

/**
 * Damages the memory of a system in place. Notes and registers of the description stay as they are.
 * @returns the changed ranges of absolute addresses
 */
export const applyDamage = (system: S390xSystem, name: DamageName): readonly DamagedRange[] => damages[name](system);
