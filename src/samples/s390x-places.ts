/**
 * Where the described Linux on s390x keeps its things: absolute addresses below 4 MiB, the same in every sample so that a
 * person can remember them. The crashkernel area lies at 4 MiB or higher.
 */
export const places = {
  text: 0x100000,
  textEnd: 0x180000,
  readOnlyData: 0x180000,
  kallsyms: 0x18a000,
  dataStart: 0x1c0000,
  initUtsNs: 0x1c0918,
  lowcorePtr: 0x1c1208,
  /** The same array where it has an entry for each of 512 CPUs. */
  longLowcorePtr: 0x1c2000,
  modules: 0x1c1300,
  /** nr_cpu_ids, then a word for each mask of CPUs. */
  cpuMasks: 0x1c1500,
  panicCpu: 0x1c1540,
  elfcorehdr: 0x1c1548,
  noteVariable: 0x1c1550,
  prb: 0x1c1ef0,
  prbStatic: 0x1c1f60,
  initTask: 0x1c4000,
  osInfo: 0x1c8000,
  regionThird: 0x1d0000,
  identitySegments: 0x1d4000,
  moduleSegments: 0x1d8000,
  imageSegments: 0x1dc000,
  userRegionThird: 0x1e0000,
  userSegments: 0x1e4000,
  modulePages: 0x1e8000,
  userPages: 0x1e8800,
  /** Machine-check extended save areas, 2 KiB per CPU. */
  extendedSaveAreas: 0x1ec000,
  /** Page tables of the first 32 MiB, 2 KiB each. */
  identityPages: 0x1f0000,
  prbDescriptors: 0x200000,
  prbInfos: 0x202000,
  prbText: 0x208000,
  vmcoreinfoNote: 0x210000,
  vmcoreinfoText: 0x211000,
  ipib: 0x212000,
  amode31: 0x21d000,
  imageEnd: 0x220000,
  /** One per Linux CPU number, 8 KiB each. */
  lowcores: 0x220000,
  /** Kernel, async, nodat and machine-check stack of each CPU: 64 KiB per CPU. */
  cpuStacks: 0x240000,
  restartStack: 0x2c0000,
  /** One task_struct per 4 KiB, after init_task. */
  tasks: 0x2d0000,
  taskStacks: 0x2e0000,
  textLines: 0x300000,
  pointers: 0x320000,
  entropy: 0x340000,
  fillZ: 0x360000,
  fillOnes: 0x370000,
  duplicates: 0x380000,
  records: 0x3a0000,
  moduleText: 0x3e0000,
  userText: 0x3e8000,
  firstFree: 0x400000,
  upperText: 0x600000,
  /** What belongs to the ninth CPU and those after it, 96 KiB each. */
  moreCpus: 0x1000000,
} as const;

/** NR_CPUS of a distribution's kernel. */
export const maxCpus = 512;
/** CPUs that the places below 4 MiB have room for. */
const lowCpus = 8;
const moreCpuBytes = 0x18000;

export interface CpuPlaces {
  /** 8 KiB. */
  readonly lowcore: number;
  /** Machine-check extended save area, 2 KiB. */
  readonly extendedSaveArea: number;
  /** Kernel, async, nodat and machine-check stack, 64 KiB together. */
  readonly stacks: number;
}

/** Where the things of one Linux CPU lie. */
export function cpuPlaces(linuxCpu: number): CpuPlaces {
  if (linuxCpu < lowCpus) {
    return {
      lowcore: places.lowcores + linuxCpu * 0x2000,
      extendedSaveArea: places.extendedSaveAreas + linuxCpu * 0x800,
      stacks: places.cpuStacks + linuxCpu * 0x10000,
    };
  }
  const at = places.moreCpus + (linuxCpu - lowCpus) * moreCpuBytes;
  return { lowcore: at, extendedSaveArea: at + 0x2000, stacks: at + 0x4000 };
}

/** task_struct of the task with this number among those that occupy CPUs; the first ones follow `sleepers` others. */
export const cpuTaskPlace = (slot: number, sleepers: number): number =>
  slot < lowCpus ? places.tasks + (sleepers + slot) * 0x1000 : places.moreCpus + (slot - lowCpus) * moreCpuBytes + 0x3000;

/** First address after the things of so many CPUs. */
export const cpusEnd = (count: number): number => (count <= lowCpus ? places.firstFree : places.moreCpus + (count - lowCpus) * moreCpuBytes);

/** Where `lowcore_ptr` lies, and LENGTH(lowcore_ptr): NR_CPUS of the described kernel. */
export const lowcoreArrayPlace = (cpus: number): { readonly at: number; readonly length: number } =>
  cpus <= lowCpus ? { at: places.lowcorePtr, length: 16 } : { at: places.longLowcorePtr, length: maxCpus };
/** Virtual address of three module pages, mapped in reverse order to `places.moduleText`. */
export const moduleVirtual = 0x3ff7ff00000n;
/** Virtual address of two user pages, mapped to `places.userText` in the one user address space. */
export const userVirtual = 0x1000000n;
