import type { Endian } from './byte-writer.ts';
import type { MemoryImage } from './memory-image.ts';
import type { NamedCpu } from './named-registers.ts';
import { spelledRegister } from './spelled-register.ts';

export type Architecture = 's390x' | 'x86_64' | 'aarch64' | 'ppc64' | 'ppc64le';

/** The two words of a 16-byte program status word. */
export interface Psw {
  readonly mask: bigint;
  readonly address: bigint;
}

/** How the clock comparator lies in the save area and in the kernel's notes (lowcore.md, field 0x1330). */
export type ComparatorForm = 'shifted' | 'low-56-bits' | 'full';

/** One s390x CPU with every register that a dump can hold. All values are the registers' own, not a file's encoding of them. */
export interface S390xCpu {
  readonly kind: 's390x';
  /** Number that Linux gives it (lowcore `cpu_nr`). */
  readonly linuxCpu: number;
  /** CPU address that the machine gives it. */
  readonly cpuAddress: number;
  /** Absolute address of its lowcore, a multiple of 0x2000. */
  readonly prefix: number;
  readonly psw: Psw;
  /** 16 × 8 bytes. */
  readonly gprs: readonly bigint[];
  /** 16 × 4 bytes. */
  readonly acrs: readonly number[];
  /** 16 × 8 bytes. */
  readonly crs: readonly bigint[];
  /** 16 × 8 bytes: also the high halves of vector registers 0–15. */
  readonly fprs: readonly bigint[];
  readonly fpc: number;
  /** Low halves of vector registers 0–15, 16 × 8 bytes. */
  readonly vectorLow: readonly bigint[];
  /** Vector registers 16–31, 16 × 16 bytes. */
  readonly vectorHigh: readonly bigint[];
  readonly timer: bigint;
  readonly clockComparator: bigint;
  readonly comparatorForm: ComparatorForm;
  readonly todProgrammable: number;
  readonly breakingEventAddress: bigint;
  /** Reserved, GSD, GSSM, GSEPLA. */
  readonly guardedStorage: readonly bigint[];
}

export type Cpu = S390xCpu | NamedCpu;

/** utsname; each field is at most 64 characters. */
export interface UtsNames {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domainname: string;
}

/** Range of absolute memory in bytes. */
export interface MemoryRange {
  readonly start: number;
  readonly size: number;
}

/** A machine at one instant: all that a container builder needs to write a dump of it. */
export interface System {
  readonly arch: Architecture;
  readonly endian: Endian;
  readonly memory: MemoryImage;
  /** In dump order: the first is the one that took the dump. */
  readonly cpus: readonly Cpu[];
  readonly uts: UtsNames;
  /** Text of the VMCOREINFO note as a dump's own note carries it; undefined where there is none. */
  readonly vmcoreinfo: string | undefined;
  readonly crashkernel: MemoryRange | undefined;
  /** Seconds since 1970 at which a dump of it starts. */
  readonly dumpTime: number;
  /** STIDP word of the dumping CPU. */
  readonly cpuId: bigint;
}

/** z/VM guest (version byte 0xff), serial 0x012345, machine type 0x8561. */
export const sampleCpuId = 0xff01234585610000n;

/** One value per register 0–15, spelled by default, some of them replaced. */
export function registerFile(name: string, size: 4 | 8 | 16, given: Readonly<Record<number, bigint>> = {}, first = 0): readonly bigint[] {
  return Array.from({ length: 16 }, (_, index) => given[index] ?? spelledRegister(`${name}${first + index}`, size));
}

/** What a description may say about a CPU; everything else spells its own name. */
export interface S390xCpuOptions extends Partial<Omit<S390xCpu, 'kind' | 'gprs' | 'acrs' | 'crs' | 'fprs'>> {
  readonly gprs?: Readonly<Record<number, bigint>>;
  readonly acrs?: Readonly<Record<number, bigint>>;
  readonly crs?: Readonly<Record<number, bigint>>;
  readonly fprs?: Readonly<Record<number, bigint>>;
}

/**
 * A CPU whose registers spell their own names ("  r15   ", " cr7    ", "a3  ") unless given. Only the PSW mask is a valid
 * one (0706c00180000000: kernel, waiting, enabled), because readers judge it; the prefix is 0x8000 unless given.
 */
export function s390xCpu(options: S390xCpuOptions = {}): S390xCpu {
  return {
    linuxCpu: 0,
    cpuAddress: options.linuxCpu ?? 0,
    prefix: 0x8000,
    psw: { mask: 0x0706c00180000000n, address: spelledRegister('psw addr', 8) },
    fpc: Number(spelledRegister('fpc', 4)),
    vectorLow: registerFile('vl', 8),
    vectorHigh: registerFile('v', 16, {}, 16),
    timer: spelledRegister('timer', 8),
    clockComparator: spelledRegister('todcmp', 8),
    comparatorForm: 'shifted',
    todProgrammable: Number(spelledRegister('todp', 4)),
    breakingEventAddress: spelledRegister('break', 8),
    guardedStorage: [0n, spelledRegister('gsd', 8), spelledRegister('gssm', 8), spelledRegister('gsepla', 8)],
    ...options,
    kind: 's390x',
    gprs: registerFile('r', 8, options.gprs),
    acrs: registerFile('a', 4, options.acrs).map(Number),
    crs: registerFile('cr', 8, options.crs),
    fprs: registerFile('f', 8, options.fprs),
  };
}

/** The 8 bytes that the save area and the kernel's notes hold for the clock comparator. */
export function savedComparator(cpu: S390xCpu): bigint {
  switch (cpu.comparatorForm) {
    case 'shifted':
      return cpu.clockComparator >> 8n;
    case 'low-56-bits':
      return BigInt.asUintN(56, cpu.clockComparator);
    case 'full':
      return cpu.clockComparator;
  }
}
