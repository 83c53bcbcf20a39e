import { append } from '../shared/append.ts';
import { cksm } from './cksm.ts';
import { loadKdumpKernel, type LoadedKdumpKernel, type PurgatoryProducer } from './kdump-kernel.ts';
import { MemoryImage } from './memory-image.ts';
import { printkRingKeys, writePrintkRing, type PrintkRecord } from './printk-ring.ts';
import { pswMasks, writeCpus, type CpuActivity } from './s390x-cpus.ts';
import { writeContents } from './s390x-contents.ts';
import { functionAddress, imageMapping, imageVirtual, stext, type ImageMapping } from './s390x-kernel-symbols.ts';
import { writeLowcore, writeSaveArea, type LowcoreKernel } from './s390x-lowcore.ts';
import { iplParameterBlock, osInfoDataEntry, osInfoPage, writeDumpPointers, type OsInfoEntry } from './s390x-os-info.ts';
import { writePageTables } from './s390x-address-spaces.ts';
import { writeCpuMasks, writeModules, writeSymbolTable } from './s390x-symbol-table.ts';
import { cpusEnd, lowcoreArrayPlace, maxCpus, places } from './s390x-places.ts';
import { seededRandom } from './seeded-random.ts';
import { sampleCpuId, type MemoryRange, type S390xCpu, type System, type UtsNames } from './system.ts';
import { todOfSeconds } from './tod.ts';
import { vmcoreinfoNote, vmcoreinfoText } from './vmcoreinfo-text.ts';

/**
 * kdump: panicked and gone through crash-kexec. disabled-wait: panicked, the first CPU stopped itself, dumped from outside.
 * running: a live guest, stopped by its hypervisor; registers only in notes.
 */
export type SystemState = 'kdump' | 'disabled-wait' | 'running';

export interface S390xSystemOptions {
  /** Lowcore layout and address mapping; decides the release too unless that is given. */
  readonly kernel?: LowcoreKernel;
  /** Bytes; at least 4 MiB, 7 MiB unless given. */
  readonly memorySize?: number;
  /** 1 … 512, 2 unless given; more than 8 need memory above 16 MiB, 96 KiB each. */
  readonly cpuCount?: number;
  /** Linux number of the CPU that panicked or takes the dump; it comes first in the dump. */
  readonly firstCpu?: number;
  /** Linux numbers, above those of the CPUs that run, of one that was set offline and of one that was never started. With any of the three the kernel has its masks of CPUs. */
  readonly offlineCpu?: number;
  readonly neverStartedCpu?: number;
  /** A CPU that runs, and of which the dump has no record. */
  readonly unrecordedCpu?: number;
  /** What panic_cpu of the kernel has; without it the kernel has no symbol of that name. */
  readonly panicCpu?: number;
  /** What elfcorehdr_addr holds: in a kdump kernel where the notes of the kernel that crashed lie, in others all ones. */
  readonly elfcorehdr?: bigint;
  /** The kernel has the variable vmcoreinfo_note, which points to its note. */
  readonly noteVariable?: boolean;
  readonly state?: SystemState;
  /** 2 MiB at 4 MiB unless given. */
  readonly crashkernel?: MemoryRange | 'none';
  readonly kdumpKernel?: PurgatoryProducer | 'none';
  readonly registers?: 'spelled' | 'believable';
  readonly guardedStorage?: boolean;
  /** Seconds since 1970 of the panic, or of the dump if there was none. */
  readonly time?: number;
  readonly uts?: Partial<UtsNames>;
  /** Whether the "dump_reipl" action filled lowcore `ipib`. */
  readonly ipib?: boolean;
  /** Whether os_info entry 1 (re-IPL block) is filled. */
  readonly reiplEntry?: boolean;
  readonly records?: readonly PrintkRecord[];
  readonly seed?: number;
}

export interface S390xSystem extends System {
  readonly kernel: LowcoreKernel;
  readonly mapping: ImageMapping;
  readonly cpus: readonly S390xCpu[];
  readonly kdump: LoadedKdumpKernel | undefined;
  readonly state: SystemState;
}

const defaultCrashkernel: MemoryRange = { start: places.firstFree, size: 0x200000 };
/** 2026-03-14 09:26:53 UTC */
export const sampleTime = 1773480413;
export const sampleBuildId = '5d0be2c4a81f93760e1d2c3b4a5968778695a4b3';

const releases: Readonly<Record<LowcoreKernel, string>> = {
  '3.12': '3.12.74',
  '4.9': '4.9.337',
  '4.19': '4.19.325',
  '5.4': '5.4.290',
  '5.15': '5.15.178',
  '6.1': '6.1.130',
  '6.6': '6.6.80',
  '6.12': '6.12.18',
  '6.19': '6.19.0',
};

/** Lines of a small kernel's log. */
const bootRecords = (release: string, crashed: boolean): readonly PrintkRecord[] => [
  { time: 80380000n, level: 5, text: `Linux version ${release} (build@sample) #1 SMP` },
  { time: 81257000n, text: 'setup: Linux is running as a z/VM guest operating system in 64-bit mode' },
  { time: 84035000n, text: 'setup: Reserving 2MB of memory at 4MB for crashkernel' },
  { time: 144729000n, level: 5, text: 'Kernel command line: console=ttysclp0 crashkernel=2M' },
  { time: 826897000n, text: 'smp: Brought up 1 node' },
  { time: 957123000n, text: 'Unpacking initramfs...', caller: 1 },
  ...(crashed
    ? [
        { time: 27541108000n, text: 'sysrq: Trigger a crash', caller: 97 },
        { time: 27541294000n, level: 0, text: 'Kernel panic - not syncing: sysrq triggered crash', caller: 97 },
      ]
    : []),
];

/**
 * A small Linux on s390x in memory: lowcores, page tables, VMCOREINFO, os_info, kernel log, tasks with stacks, a loaded kdump
 * kernel, and pages of every class of content. Addresses: {@link places}. The same options give the same bytes.
 */
export function s390xSystem(options: S390xSystemOptions = {}): S390xSystem {
  const kernel = options.kernel ?? '6.1';
  const mapping = imageMapping(kernel);
  const memory = new MemoryImage(options.memorySize ?? 0x700000);
  const cpuCount = options.cpuCount ?? 2;
  const firstCpu = options.firstCpu ?? 0;
  const state = options.state ?? 'kdump';
  const time = options.time ?? sampleTime;
  const seed = options.seed ?? 1;
  const crashkernel = options.crashkernel === 'none' ? undefined : (options.crashkernel ?? defaultCrashkernel);
  if (cpuCount < 1 || cpuCount > maxCpus || firstCpu >= cpuCount) throw new RangeError(`CPU ${firstCpu} of ${cpuCount}: there is room for ${maxCpus}`);
  if (memory.size < cpusEnd(cpuCount))
    throw new RangeError(`a described system of ${cpuCount} CPUs needs ${cpusEnd(cpuCount) / 0x100000} MiB of memory at least`);
  if (crashkernel !== undefined && crashkernel.start < places.firstFree) throw new RangeError('the crashkernel area must start at 4 MiB or higher');

  const uts: UtsNames = {
    sysname: 'Linux',
    nodename: 'lnxsample',
    release: releases[kernel],
    version: '#1 SMP Tue Mar 10 12:00:00 UTC 2026',
    machine: 's390x',
    domainname: '(none)',
    ...options.uts,
  };
  writeContents(memory, mapping, seed);
  const buildIdNote = places.readOnlyData;
  memory
    .u32(buildIdNote, 4)
    .u32(buildIdNote + 4, 20)
    .u32(buildIdNote + 8, 3)
    .text(buildIdNote + 12, 'GNU');
  memory.write(buildIdNote + 16, Uint8Array.from(Buffer.from(sampleBuildId, 'hex')));
  const names = [uts.sysname, uts.nodename, uts.release, uts.version, uts.machine, uts.domainname];
  names.forEach((text, index) => memory.fill(places.initUtsNs + index * 65, 65, 0).text(places.initUtsNs + index * 65, text));
  writePageTables(memory, mapping, crashkernel);

  const crashed = state !== 'running';
  const activities = Array.from({ length: cpuCount }, (_, cpu): CpuActivity => {
    if (cpu === firstCpu) return state === 'kdump' ? 'crashing' : state === 'disabled-wait' ? 'disabled-wait' : 'user';
    return crashed ? 'stopped' : 'idle';
  });
  const byNumber = writeCpus(memory, {
    kernel,
    mapping,
    activities,
    registers: options.registers ?? 'spelled',
    guardedStorage: options.guardedStorage ?? false,
    statusStored: crashed,
    tod: todOfSeconds(time),
    random: seededRandom(seed + 100),
  });
  const cpus = [...byNumber].sort((a, b) => Number(b.linuxCpu === firstCpu) - Number(a.linuxCpu === firstCpu));
  byNumber.forEach((cpu) => memory.u64(lowcoreArrayPlace(cpuCount).at + cpu.linuxCpu * 8, cpu.prefix));
  writeAbsoluteLowcore(memory, kernel, mapping);
  const [first] = cpus;
  if (crashed && first !== undefined) writeSaveArea(memory, 0, first);

  const image = (physical: number): bigint => imageVirtual(mapping, physical);
  writePrintkRing(
    memory,
    {
      pointer: places.prb,
      ring: places.prbStatic,
      descriptors: places.prbDescriptors,
      infos: places.prbInfos,
      data: places.prbText,
      countBits: 6,
      sizeBits: 13,
      virtual: image,
    },
    options.records ?? bootRecords(uts.release, crashed),
  );

  const offline = [options.offlineCpu].flatMap((number) => number ?? []);
  const neverStarted = [options.neverStartedCpu].flatMap((number) => number ?? []);
  const hasMasks = offline.length + neverStarted.length > 0 || options.unrecordedCpu !== undefined;
  if (hasMasks) writeCpuMasks(memory, { online: byNumber.map(({ linuxCpu }) => linuxCpu), offline, neverStarted });
  if (options.panicCpu !== undefined) memory.u32(places.panicCpu, options.panicCpu >>> 0);
  if (options.elfcorehdr !== undefined) memory.u64(places.elfcorehdr, options.elfcorehdr);
  if (options.noteVariable === true) memory.u64(places.noteVariable, BigInt(places.vmcoreinfoNote));
  const symbolKeys = writeSymbolTable(memory, kernel, mapping, {
    masks: hasMasks,
    panicCpu: options.panicCpu !== undefined,
    elfcorehdr: options.elfcorehdr !== undefined,
    noteVariable: options.noteVariable === true,
    cpuCount,
  });
  writeModules(memory, mapping);

  // A kdump kernel was loaded and panic() saved the time before purgatory was asked, so both kinds of crash have CRASHTIME.
  const kdumpLoaded = crashkernel !== undefined && options.kdumpKernel !== 'none';
  const info = vmcoreinfoText(vmcoreinfoLines(mapping, uts, symbolKeys, cpuCount, crashed && kdumpLoaded ? time : undefined));
  memory.write(places.vmcoreinfoNote, vmcoreinfoNote(info));
  memory.text(places.vmcoreinfoText, info.replace(/CRASHTIME=.*\n/, ''));

  const ipib = iplParameterBlock();
  if (options.ipib === true || options.reiplEntry === true) memory.write(places.ipib, ipib);
  const entries: OsInfoEntry[] = options.reiplEntry === true ? [osInfoDataEntry(memory, 1, places.ipib, ipib.length)] : [];
  if (mapping.published) append(entries, mappingEntries(mapping));
  memory.write(places.osInfo, osInfoPage({ crashkernel, entries }));
  writeDumpPointers(memory, {
    vmcoreInfo: places.vmcoreinfoNote,
    osInfo: places.osInfo,
    ...(options.ipib === true ? { ipib: places.ipib, ipibChecksum: cksm(ipib) } : {}),
  });
  const kdump = kdumpLoaded
    ? loadKdumpKernel(memory, { area: crashkernel, producer: options.kdumpKernel === 'kernel' ? 'kernel' : 'kexec-tools', seed: seed + 200 })
    : undefined;

  return {
    arch: 's390x',
    endian: 'big',
    kernel,
    mapping,
    memory,
    cpus: cpus.filter(({ linuxCpu }) => linuxCpu !== options.unrecordedCpu),
    uts,
    vmcoreinfo: info,
    crashkernel,
    dumpTime: time + 12,
    cpuId: sampleCpuId,
    kdump,
    state,
  };
}

/** The boot CPU's early lowcore stays at absolute 0; its current_task leads to init_task (lowcore.md section 6). */
function writeAbsoluteLowcore(memory: MemoryImage, kernel: LowcoreKernel, mapping: ImageMapping): void {
  const stop = (address: bigint): { mask: bigint; address: bigint } => ({ mask: pswMasks.disabledWait, address });
  writeLowcore(memory, 0, {
    kernel,
    linux: { current_task: imageVirtual(mapping, places.initTask) },
    architected: { stfl_fac_list: 0xf940f6d3n },
    psws: {
      restart_psw: { mask: pswMasks.datOff, address: BigInt(functionAddress(mapping, 'restart_int_handler')) },
      external_new_psw: stop(0x1b0n),
      svc_new_psw: stop(0x1c0n),
      program_new_psw: { mask: pswMasks.kernelDisabled, address: imageVirtual(mapping, functionAddress(mapping, 'pgm_check_handler')) },
      mcck_new_psw: stop(0x1e0n),
      io_new_psw: stop(0x1f0n),
    },
  });
}

/** os_info entries 4–12, which kernels since 6.10 fill (meminfo.md section 3). */
function mappingEntries(mapping: ImageMapping): readonly OsInfoEntry[] {
  const values: readonly [number, bigint][] = [
    [4, 0n],
    [5, mapping.virtualOffset],
    [6, BigInt(mapping.physicalOffset)],
    [7, 0x37200000000n],
    [8, BigInt(places.amode31)],
    [9, BigInt(places.amode31 + 0x3000)],
    [10, imageVirtual(mapping, stext(mapping))],
    [11, imageVirtual(mapping, places.imageEnd)],
    [12, BigInt(stext(mapping))],
  ];
  return values.map(([id, value]) => ({ kind: 'value', id, value }));
}

function vmcoreinfoLines(
  mapping: ImageMapping,
  uts: UtsNames,
  symbolKeys: readonly string[],
  cpuCount: number,
  crashTime: number | undefined,
): readonly string[] {
  const array = lowcoreArrayPlace(cpuCount);
  const symbol = (physical: number): string => imageVirtual(mapping, physical).toString(16);
  return [
    `OSRELEASE=${uts.release}`,
    `BUILD-ID=${sampleBuildId}`,
    'PAGESIZE=4096',
    `SYMBOL(init_uts_ns)=${symbol(places.initUtsNs)}`,
    'OFFSET(uts_namespace.name)=0',
    `SYMBOL(swapper_pg_dir)=${symbol(places.regionThird)}`,
    `SYMBOL(_stext)=${symbol(stext(mapping))}`,
    'NUMBER(SECTION_SIZE_BITS)=28',
    'NUMBER(MAX_PHYSMEM_BITS)=46',
    'SIZE(list_head)=16',
    'OFFSET(list_head.next)=0',
    'OFFSET(list_head.prev)=8',
    ...printkRingKeys(imageVirtual(mapping, places.prb), imageVirtual(mapping, places.prbStatic)),
    ...symbolKeys,
    `SYMBOL(lowcore_ptr)=${symbol(array.at)}`,
    `LENGTH(lowcore_ptr)=${array.length}`,
    `SAMODE31=${places.amode31.toString(16)}`,
    `EAMODE31=${(places.amode31 + 0x3000).toString(16)}`,
    ...(mapping.published ? ['IDENTITYBASE=0'] : []),
    `KERNELOFFSET=${mapping.virtualOffset.toString(16)}`,
    ...(mapping.published ? [`KERNELOFFPHYS=${mapping.physicalOffset.toString(16)}`] : []),
    ...(crashTime === undefined ? [] : [`CRASHTIME=${crashTime}`]),
  ];
}
