import { append } from '../shared/append.ts';
import { alignUp, ascii, ByteWriter, concatBytes, type Endian } from './byte-writer.ts';
import { prstatusLayouts, type NamedArchitecture, type NamedCpu } from './named-registers.ts';
import { spelledRegister } from './spelled-register.ts';
import { savedComparator, type Architecture, type Cpu, type S390xCpu, type System } from './system.ts';

export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  readonly descriptor: Uint8Array;
}

/** Numbers of elf-vmcore.md section 3. */
export const noteTypes = {
  prstatus: 1,
  prfpreg: 2,
  prpsinfo: 3,
  timer: 0x301,
  todcmp: 0x302,
  todpreg: 0x303,
  ctrs: 0x304,
  prefix: 0x305,
  vxrsLow: 0x309,
  vxrsHigh: 0x30a,
  gsCb: 0x30b,
  pvCpuData: 0x30e,
} as const;

/** Who writes the notes decides their order and small oddities. */
export type NoteProducer = 'kernel' | 'zgetdump' | 'qemu';

/** Note records one after the other: 12-byte header, name and descriptor padded to 4 each, in 64-bit files too. */
export function encodeNotes(notes: readonly ElfNote[], endian: Endian): Uint8Array {
  return concatBytes(
    notes.map(({ owner, type, descriptor }) => {
      const nameSize = owner.length + 1;
      const start = 12 + alignUp(nameSize, 4);
      const note = new ByteWriter(start + alignUp(descriptor.length, 4), endian);
      note.u32(0, nameSize).u32(4, descriptor.length).u32(8, type);
      return note.text(12, owner).raw(start, descriptor).bytes;
    }),
  );
}

/** The notes of a whole dump in the producer's order; VMCOREINFO last, if the system has one and it is wanted. */
export function systemNotes(system: System, producer: NoteProducer, withVmcoreinfo = producer !== 'qemu'): readonly ElfNote[] {
  const notes: ElfNote[] = [];
  if (system.arch === 's390x' && producer !== 'qemu') notes.push(prpsinfo());
  system.cpus.forEach((cpu, index) => append(notes, cpuNotes(system.arch, cpu, index, producer, system.endian)));
  if (system.arch === 'x86_64' && producer === 'qemu') system.cpus.forEach((cpu) => notes.push(qemuCpuState(cpu)));
  if (withVmcoreinfo && system.vmcoreinfo !== undefined) notes.push(vmcoreinfo(system.vmcoreinfo));
  return notes;
}

export const vmcoreinfo = (text: string): ElfNote => ({ owner: 'VMCOREINFO', type: 0, descriptor: ascii(text) });

function prpsinfo(): ElfNote {
  const descriptor = new ByteWriter(136).text(1, 'R').text(40, 'vmlinux').bytes;
  return { owner: 'CORE', type: noteTypes.prpsinfo, descriptor };
}

function cpuNotes(arch: Architecture, cpu: Cpu, index: number, producer: NoteProducer, endian: Endian): readonly ElfNote[] {
  if (cpu.kind === 'named') {
    if (arch === 's390x') throw new RangeError('an s390x system has a CPU of another architecture');
    return namedCpuNotes(arch, cpu, producer, endian);
  }
  const linux = (type: number, descriptor: Uint8Array): ElfNote => ({ owner: 'LINUX', type, descriptor });
  const number = (size: 4 | 8, value: bigint): Uint8Array => {
    const writer = new ByteWriter(size);
    return (size === 8 ? writer.u64(0, value) : writer.u32(0, Number(value))).bytes;
  };
  const list = (values: readonly bigint[]): Uint8Array => concatBytes(values.map((value) => number(8, value)));
  const status: ElfNote = { owner: 'CORE', type: noteTypes.prstatus, descriptor: s390xPrstatus(cpu, index, producer) };
  const floating: ElfNote = { owner: 'CORE', type: noteTypes.prfpreg, descriptor: s390xFpregset(cpu) };
  const timer = linux(noteTypes.timer, number(8, cpu.timer));
  // QEMU writes the comparator itself, the others what lies in the save area.
  const todcmp = linux(noteTypes.todcmp, number(8, producer === 'qemu' ? cpu.clockComparator : savedComparator(cpu)));
  const todpreg = linux(noteTypes.todpreg, number(4, BigInt(cpu.todProgrammable)));
  const ctrs = linux(noteTypes.ctrs, list(cpu.crs));
  const prefix = linux(noteTypes.prefix, number(4, BigInt(cpu.prefix)));
  const low = linux(noteTypes.vxrsLow, list(cpu.vectorLow));
  const high = linux(noteTypes.vxrsHigh, list(cpu.vectorHigh.flatMap((value) => [value >> 64n, value])));
  const guarded = linux(noteTypes.gsCb, list(cpu.guardedStorage));
  switch (producer) {
    case 'kernel':
      return [status, floating, timer, todcmp, todpreg, ctrs, prefix, high, low];
    case 'zgetdump':
      return [status, floating, timer, todcmp, todpreg, ctrs, prefix, low, high, guarded];
    case 'qemu':
      return [status, floating, prefix, ctrs, timer, todcmp, todpreg, low, high, guarded];
  }
}

/** NT_PRSTATUS of s390x, 336 bytes. QEMU on a little-endian host stores pr_pid byte-swapped. */
function s390xPrstatus(cpu: S390xCpu, index: number, producer: NoteProducer): Uint8Array {
  const status = new ByteWriter(336);
  const pid = index + 1;
  status.u32(32, producer === 'qemu' ? (pid << 24) >>> 0 : pid);
  status.u64(112, cpu.psw.mask).u64(120, cpu.psw.address);
  cpu.gprs.forEach((value, register) => status.u64(128 + register * 8, value));
  cpu.acrs.forEach((value, register) => status.u32(256 + register * 4, value));
  return status.bytes;
}

function s390xFpregset(cpu: S390xCpu): Uint8Array {
  const registers = new ByteWriter(136).u32(0, cpu.fpc);
  cpu.fprs.forEach((value, register) => registers.u64(8 + register * 8, value));
  return registers.bytes;
}

function namedCpuNotes(arch: NamedArchitecture, cpu: NamedCpu, producer: NoteProducer, endian: Endian): readonly ElfNote[] {
  const layout = prstatusLayouts[arch];
  const status = new ByteWriter(layout.size, endian).u32(32, cpu.pid);
  for (const [name, offset] of layout.registers) status.u64(offset, cpu.registers[name] ?? 0n);
  const notes: ElfNote[] = [{ owner: 'CORE', type: noteTypes.prstatus, descriptor: status.bytes }];
  if (producer !== 'qemu') return notes;
  if (arch === 'aarch64') notes.push({ owner: 'CORE', type: noteTypes.prfpreg, descriptor: vectorNote(528, 'v', 32, 16, endian) });
  if (arch === 'ppc64' || arch === 'ppc64le') {
    notes.push({ owner: 'CORE', type: noteTypes.prfpreg, descriptor: vectorNote(264, 'fp', 32, 8, endian) });
    notes.push({ owner: 'CORE', type: 0x100, descriptor: vectorNote(544, 'vmx', 32, 16, endian) });
    notes.push({ owner: 'CORE', type: 0x102, descriptor: vectorNote(256, 'vsx', 32, 8, endian) });
  }
  return notes;
}

/** Registers of equal size from offset 0 on, each spelling its name (elf-vmcore.md section 5). */
function vectorNote(size: number, name: string, count: number, each: 8 | 16, endian: Endian): Uint8Array {
  const note = new ByteWriter(size, endian);
  for (let index = 0; index < count; index += 1) {
    const value = spelledRegister(`${name}${index}`, each, endian);
    if (each === 8) note.u64(index * 8, value);
    else note.u64(index * 16, value).u64(index * 16 + 8, value >> 64n);
  }
  return note.bytes;
}

/** The "QEMU" note of x86: general registers, ten segments, control registers, 440 bytes (elf-vmcore.md section 6). */
function qemuCpuState(cpu: Cpu): ElfNote {
  const state = new ByteWriter(440, 'little').u32(0, 1).u32(4, 440);
  const registers = cpu.kind === 'named' ? cpu.registers : {};
  const general = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip', 'eflags'];
  general.forEach((name, index) => state.u64(8 + index * 8, registers[name] ?? 0n));
  ['cs', 'ds', 'es', 'fs', 'gs', 'ss', 'ldt', 'tr', 'gdt', 'idt'].forEach((name, index) => {
    const at = 152 + index * 24;
    state
      .u32(at, index * 8)
      .u32(at + 4, 0xfffff)
      .u32(at + 8, 0xc09300)
      .u64(at + 16, spelledRegister(`${name} base`, 8, 'little'));
  });
  ['cr0', 'cr1', 'cr2', 'cr3', 'cr4'].forEach((name, index) => state.u64(392 + index * 8, spelledRegister(name, 8, 'little')));
  state.u64(432, spelledRegister('kgsbase', 8, 'little'));
  return { owner: 'QEMU', type: 0, descriptor: state.bytes };
}
