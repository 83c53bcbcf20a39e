/**
 * One open dump: the image and what was derived from it, each part once and only when asked for. Two sessions share
 * nothing.
 */
import { createHash } from 'node:crypto';
import { examineKdumpGuard, type KdumpGuard } from '../arch/s390x/kdump-guard.ts';
import { findOsInfo, type OsInfoSearch } from '../arch/s390x/os-info.ts';
import { openDump } from '../formats/index.ts';
import type { DumpImage, OpenContext } from '../formats/dump-format.ts';
import { findVmcoreinfo, type VmcoreinfoSearch } from '../kernel/vmcoreinfo.ts';
import { readUtsName, type UtsName } from '../kernel/uts-name.ts';
import { readCpus, type CpuSet } from '../memory/cpu-state.ts';
import { memoryReader, type MemoryReader } from '../memory/reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { companionFiles, openFile, type FileSource } from '../source/file-source.ts';

export interface Session {
  readonly path: string;
  /** The file as it lies on disk; `image.source` is the file inside it when that is a flattened stream. */
  readonly file: ByteSource;
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** Format, size and SHA-256 of headers and notes: the same for a renamed or copied file. */
  readonly identity: string;
  /** Undefined on other architectures than s390x. */
  readonly osInfo: OsInfoSearch | undefined;
  readonly vmcoreinfo: VmcoreinfoSearch;
  readonly utsName: UtsName | undefined;
  readonly cpuSet: CpuSet;
  /** The loaded kdump kernel and its purgatory; reads the crashkernel memory once. Undefined on other architectures. */
  readonly kdumpGuard: ((signal: AbortSignal) => Promise<KdumpGuard>) | undefined;
  close(): void;
}

/** Value of `compute`, computed at the first call. */
function once<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: compute() }).value;
}

/** Identity of a dump (CLI.md): no path and no times, so that copies share an index. */
export function dumpIdentity(image: DumpImage): string {
  const hash = createHash('sha256');
  hash.update(`${image.format}\0${image.source.size}\0`);
  for (const range of image.headerRanges) {
    const source = range.source ?? image.source;
    const bytes = new Uint8Array(Math.min(range.bytes, Math.max(0, source.size - range.offset)));
    const got = source.readInto(range.offset, bytes);
    hash.update(`${range.offset}\0${got}\0`).update(bytes.subarray(0, got));
  }
  return hash.digest('hex');
}

/**
 * Opens a dump from bytes that are at hand already.
 * @throws DumpError
 */
export function sessionOn(source: ByteSource, close: () => void = () => undefined, context?: OpenContext): Session {
  const image = openDump(source, context);
  const memory = memoryReader(image.memory, source.name);
  const osInfo = once(() => (image.machine.arch === 's390x' ? findOsInfo(memory) : undefined));
  const vmcoreinfo = once(() => findVmcoreinfo(image, memory));
  const utsName = once(() => {
    const found = vmcoreinfo();
    return found.found ? readUtsName(image.machine.arch, found.vmcoreinfo, memory) : undefined;
  });
  const cpuSet = once(() => readCpus(image, memory));
  let guard: KdumpGuard | undefined;
  const kdumpGuard = async (signal: AbortSignal): Promise<KdumpGuard> => {
    // A cancelled look is forgotten: the next caller starts again.
    guard ??= await examineKdumpGuard(memory, osInfo() ?? findOsInfo(memory), signal);
    return guard;
  };
  const identity = once(() => dumpIdentity(image));
  return {
    path: source.name,
    file: source,
    image,
    memory,
    get identity() {
      return identity();
    },
    get osInfo() {
      return osInfo();
    },
    get vmcoreinfo() {
      return vmcoreinfo();
    },
    get utsName() {
      return utsName();
    },
    get cpuSet() {
      return cpuSet();
    },
    kdumpGuard: image.machine.arch === 's390x' ? kdumpGuard : undefined,
    close,
  };
}

/**
 * @param volumes the other files of a set as the user named them; without them, those in the same folder are looked at
 * @throws DumpError io, not-this-format, truncated, corrupt or unsupported
 */
export function openSession(path: string, volumes?: readonly string[]): Session {
  const first = openFile(path);
  const opened: FileSource[] = [first];
  const closeAll = (): void => {
    for (const source of opened) source.close();
  };
  const companions = once(() => {
    const others = volumes === undefined || volumes.length === 0 ? companionFiles(path) : volumes.map((volume) => openFile(volume));
    opened.push(...others);
    return others;
  });
  try {
    return sessionOn(first, closeAll, { companions });
  } catch (error) {
    closeAll();
    throw error;
  }
}
