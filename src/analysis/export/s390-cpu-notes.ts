/**
 * Notes of an s390x CPU from its save area or the container's own record, in the order in which the kernel's kdump writes them (fill_cpu_elf_notes in
 * arch/s390/kernel/crash_dump.c; elf-vmcore.md section 3). The order of zgetdump is another one, by which it is recognised.
 */
import type { CpuJson } from '../../shared/cpu-model.ts';
import {
  fpregsetS390x,
  prstatusS390x,
  s390Ctrs,
  s390GsCb,
  s390LastBreak,
  s390Prefix,
  s390Timer,
  s390TodCmp,
  s390TodPreg,
  s390VxrsHigh,
  s390VxrsLow,
} from '../arch/s390x/notes.ts';
import { lowcoreSize, saveArea } from '../arch/s390x/save-area.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import { parse } from '../layout/struct.ts';
import type { OutgoingNote } from './export-plan.ts';

type Words = readonly (string | undefined)[];

const mask64 = (1n << 64n) - 1n;

function descOf(size: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
}

const put64 = (view: DataView, at: number, value: string | undefined): void => {
  view.setBigUint64(at, BigInt(value ?? '0x0') & mask64);
};
const put32 = (view: DataView, at: number, value: string | undefined): void => {
  view.setUint32(at, Number(BigInt(value ?? '0x0') & 0xffffffffn));
};
const list64 = (view: DataView, at: number, values: Words): void => {
  values.forEach((value, index) => {
    put64(view, at + 8 * index, value);
  });
};

const core = (type: number, desc: Uint8Array): OutgoingNote => ({ owner: 'CORE', type, desc });
const linux = (type: number, desc: Uint8Array): OutgoingNote => ({ owner: 'LINUX', type, desc });

function prstatus({ psw, gprs = [], acrs = [], fprs, linuxCpu, id }: CpuJson): OutgoingNote {
  const { fields, size } = prstatusS390x;
  return core(
    1,
    descOf(size, (view) => {
      view.setUint32(fields.pr_pid.offset, (linuxCpu ?? id) + 1);
      put64(view, fields.psw_mask.offset, psw?.mask);
      put64(view, fields.psw_addr.offset, psw?.address);
      list64(view, fields.gprs.offset, gprs);
      acrs.forEach((value, index) => {
        put32(view, fields.acrs.offset + 4 * index, value);
      });
      view.setUint32(fields.pr_fpvalid.offset, fprs === undefined ? 0 : 1);
    }),
  );
}

function fpregset({ fprs, fpc }: CpuJson): OutgoingNote[] {
  if (fprs === undefined) return [];
  const { fields, size } = fpregsetS390x;
  return [
    core(
      2,
      descOf(size, (view) => {
        put32(view, fields.fpc.offset, fpc);
        list64(view, fields.fprs.offset, fprs);
      }),
    ),
  ];
}

/** A register of 8 or 4 bytes that has a note of its own; none where it is not known. */
function single(type: number, size: number, value: string | undefined): OutgoingNote[] {
  if (value === undefined) return [];
  return [
    linux(
      type,
      descOf(size, (view) => {
        if (size === 8) put64(view, 0, value);
        else put32(view, 0, value);
      }),
    ),
  ];
}

/** v0 to v15 are floating-point register and low half: the low halves are one note, v16 to v31 another. */
function vectors({ vxrs }: CpuJson): OutgoingNote[] {
  if (vxrs === undefined) return [];
  const high = descOf(s390VxrsHigh.size, (view) => {
    vxrs.slice(16).forEach((value, index) => {
      view.setBigUint64(16 * index, (BigInt(value) >> 64n) & mask64);
      put64(view, 16 * index + 8, value);
    });
  });
  const low = descOf(s390VxrsLow.size, (view) => {
    list64(view, 0, vxrs.slice(0, 16));
  });
  return [linux(0x30a, high), linux(0x309, low)];
}

/** Of 2 and 4 KiB are areas with guarded storage, which follows 1024 bytes (MCESAD length characteristic 11 and 12; Principles of Operation). */
function guardedStorage({ prefix, source }: CpuJson, memory: AbsoluteMemory): OutgoingNote[] {
  const lowcore = source !== 'lowcore' || prefix === undefined ? undefined : memory.readPresent(BigInt(prefix), lowcoreSize);
  if (lowcore === undefined) return [];
  const { mcesad } = parse(saveArea, lowcore);
  const length = Number(mcesad & 0xfn);
  const origin = mcesad & ~0x3ffn;
  if ((length !== 11 && length !== 12) || origin === 0n || origin >= memory.end) return [];
  const block = memory.readPresent(origin + 1024n, s390GsCb.size);
  return block === undefined ? [] : [linux(0x30b, Uint8Array.from(block))];
}

/** All notes of a CPU; none where it has no general registers. */
export function s390CpuNotes(cpu: CpuJson, memory: AbsoluteMemory): readonly OutgoingNote[] {
  if (cpu.psw === undefined || cpu.gprs === undefined) return [];
  const { crs } = cpu;
  const control =
    crs === undefined
      ? []
      : [
          linux(
            0x304,
            descOf(s390Ctrs.size, (view) => list64(view, 0, crs)),
          ),
        ];
  return [
    prstatus(cpu),
    ...fpregset(cpu),
    ...single(0x301, s390Timer.size, cpu.timer),
    ...single(0x302, s390TodCmp.size, cpu.clockComparator),
    ...single(0x303, s390TodPreg.size, cpu.todProgrammable),
    ...control,
    ...single(0x305, s390Prefix.size, cpu.prefix),
    ...vectors(cpu),
    ...single(0x306, s390LastBreak.size, cpu.breakingEventAddress),
    ...guardedStorage(cpu, memory),
  ];
}
