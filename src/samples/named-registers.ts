import type { Endian } from './byte-writer.ts';
import { spelledRegister } from './spelled-register.ts';

/** Architectures whose CPUs are just named 64-bit registers to the builders. */
export type NamedArchitecture = 'x86_64' | 'aarch64' | 'ppc64' | 'ppc64le';

/** One CPU of an architecture other than s390x. */
export interface NamedCpu {
  readonly kind: 'named';
  readonly linuxCpu: number;
  /** Value of pr_pid: the task that ran there, or CPU number + 1 in QEMU dumps. */
  readonly pid: number;
  /** Register name as in elf-vmcore.md section 4 (`rip`, `x0`, `nip` …) → value. */
  readonly registers: Readonly<Record<string, bigint>>;
}

interface PrstatusLayout {
  /** Bytes of the descriptor. */
  readonly size: number;
  /** Offset of pr_fpvalid. */
  readonly fpvalid: number;
  /** Register names by offset in the descriptor; 8 bytes each. */
  readonly registers: ReadonlyMap<string, number>;
}

const numbered = (letter: string, count: number, start: number): [string, number][] =>
  Array.from({ length: count }, (_, index) => [`${letter}${index}`, start + index * 8]);

/** ppc64, in either byte order. */
const powerPrstatus: PrstatusLayout = {
  size: 504,
  fpvalid: 496,
  registers: new Map([
    ...numbered('gpr', 32, 112),
    ['nip', 368],
    ['msr', 376],
    ['orig_gpr3', 384],
    ['ctr', 392],
    ['link', 400],
    ['xer', 408],
    ['ccr', 416],
    ['softe', 424],
    ['trap', 432],
    ['dar', 440],
    ['dsisr', 448],
    ['result', 456],
  ]),
};

/** elf-vmcore.md section 4. */
export const prstatusLayouts: Readonly<Record<NamedArchitecture, PrstatusLayout>> = {
  x86_64: {
    size: 336,
    fpvalid: 328,
    registers: new Map([
      ['r15', 112],
      ['r14', 120],
      ['r13', 128],
      ['r12', 136],
      ['rbp', 144],
      ['rbx', 152],
      ['r11', 160],
      ['r10', 168],
      ['r9', 176],
      ['r8', 184],
      ['rax', 192],
      ['rcx', 200],
      ['rdx', 208],
      ['rsi', 216],
      ['rdi', 224],
      ['orig_rax', 232],
      ['rip', 240],
      ['cs', 248],
      ['eflags', 256],
      ['rsp', 264],
      ['ss', 272],
      ['fs_base', 280],
      ['gs_base', 288],
      ['ds', 296],
      ['es', 304],
      ['fs', 312],
      ['gs', 320],
    ]),
  },
  aarch64: {
    size: 392,
    fpvalid: 384,
    registers: new Map([...numbered('x', 31, 112), ['sp', 360], ['pc', 368], ['pstate', 376]]),
  },
  ppc64: powerPrstatus,
  ppc64le: powerPrstatus,
};

/**
 * A CPU whose registers spell their own names in the file unless given. A name that the architecture does not have is an error.
 */
export function namedCpu(
  arch: NamedArchitecture,
  options: { readonly linuxCpu?: number; readonly pid?: number; readonly registers?: Readonly<Record<string, bigint>> } = {},
  endian: Endian = arch === 'ppc64' ? 'big' : 'little',
): NamedCpu {
  const known = prstatusLayouts[arch].registers;
  const registers: Record<string, bigint> = {};
  for (const name of known.keys()) registers[name] = spelledRegister(name, 8, endian);
  for (const [name, value] of Object.entries(options.registers ?? {})) {
    if (!known.has(name)) throw new RangeError(`${arch} has no register "${name}"`);
    registers[name] = value;
  }
  const linuxCpu = options.linuxCpu ?? 0;
  return { kind: 'named', linuxCpu, pid: options.pid ?? linuxCpu + 1, registers };
}
