/**
 * What a dump format is: a way to recognise a file and to turn it into memory, notes and CPU records. Nothing above
 * this folder knows how a container stores its pages.
 */
import type { AbsoluteAddress, AddressRange, FileOffset, VirtualAddress } from '../../shared/units.ts';
import type { FileType } from '../../shared/catalogue-model.ts';
import type { Fact } from '../../shared/fact.ts';
import type { DiskJson, DumpDeviceJson } from '../../shared/disk-model.ts';
import type { Finding, FormatId, PageState } from '../../shared/model.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import type { PhysBase } from '../arch/vmcoreinfo-values.ts';
import type { ByteSource, FileFault } from '../source/byte-source.ts';
import type { Steps } from '../jobs/steps.ts';
import type { StructView } from '../layout/struct.ts';

/** A file is not of this format, is, or is but broken: then where and why. */
export type Probe =
  | { readonly answer: 'no' }
  | { readonly answer: 'yes' }
  | { readonly answer: 'broken'; readonly offset: number; readonly what: string; readonly expected: string };

export const no: Probe = { answer: 'no' };
export const yes: Probe = { answer: 'yes' };
export const broken = (offset: number, what: string, expected: string): Probe => ({ answer: 'broken', offset, what, expected });

/** How the container knows the pages of an extent: `stored` ones have bytes, which may still all be zero. */
export type ExtentState = 'stored' | Exclude<PageState, 'present'>;

/** Half-open range of absolute addresses that is one thing to the container. Extents ascend and do not overlap. */
export interface Extent {
  readonly start: AbsoluteAddress;
  readonly end: AbsoluteAddress;
  readonly state: ExtentState;
  /** Position of the first byte, where the bytes lie in the file as they are (not compressed). */
  readonly fileOffset?: FileOffset;
  /** Why it is not there, for states other than stored. */
  readonly reason?: string;
}

/** Extents cover [0, end of memory) without holes, ascend and do not overlap; iterating gives all of them. */
export interface ExtentMap extends Iterable<Extent, undefined> {
  /** The extent that holds an address, undefined at or above the end of memory. It may be cut before the address, and far above it. */
  at(address: AbsoluteAddress): Extent | undefined;
  /** Extents from the one that holds `address` on; the first one may be cut before the address. Nothing at or above the end of memory. */
  from(address: AbsoluteAddress): Generator<Extent, undefined>;
  /** Pages of 4096 bytes of which some byte is stored. May take a pass over what the container lists, once. */
  readonly storedPages: number;
  /** One past the last address that is stored or zero. Likewise. */
  readonly availableEnd: AbsoluteAddress;
  /** True when a boundary lies inside a page of 4096 bytes. */
  readonly cut: boolean;
  /** Number of extents, where it is known without a pass. */
  readonly count?: number;
  /** Bytes that the open dump holds of what its headers list, where they grow with the file: a thread that opens it again takes as much. */
  readonly heldBytes?: number;
  /** Pages of each state in [startPfn, endPfn), where the container can count them without going through its extents. */
  readonly counts?: (startPfn: number, endPfn: number) => Partial<Record<ExtentState, number>>;
}

/** Part of a read that has no bytes. */
export interface Absence {
  readonly start: AbsoluteAddress;
  readonly end: AbsoluteAddress;
  readonly state: Exclude<PageState, 'present' | 'zero'>;
  readonly reason?: string;
  /** Set where not the file but its disk is the trouble: another copy of the file may have the bytes. */
  readonly fault?: FileFault;
}

/** The memory in a dump, by absolute address. */
export interface MemoryImage {
  /** One past the last address that the dump describes; a multiple of 4096 unless the container ends within a page. */
  readonly end: AbsoluteAddress;
  /** Covers [0, end) without holes: what no segment holds is `missing`. */
  readonly extents: ExtentMap;
  /**
   * Fills `target` with the bytes at `address`. What is not there, or not given by the disk, is left zero and listed; implied
   * zeros are not.
   * @throws DumpError io when the file changed since it was opened
   */
  read(address: AbsoluteAddress, target: Uint8Array): readonly Absence[];
  /**
   * Bulk form for the indexer: whole pages from `firstPfn` on into `target` (n * 4096 bytes), one state code a page into
   * `states` (n bytes): 0 stored, else the index of the state in `pageStateCodes`. Pages without bytes are left zero.
   */
  readPages(firstPfn: number, target: Uint8Array, states: Uint8Array): void;
  /**
   * Ranges in whole pages, ascending, of which no stored page can be read: the file ends before what says where they lie. Bits of a few
   * bytes claim millions of pages that way, and nobody has to look at each.
   */
  readonly unreachable?: () => readonly UnreachableRange[];
  /** For pages that all lie in such a range: fills `states` as `readPages` does. @returns false for others, of which nothing is said */
  readonly unreachableStates?: (firstPfn: number, states: Uint8Array) => boolean;
}

export interface UnreachableRange extends AddressRange {
  /** Pages in it that the container calls stored. */
  readonly storedPages: number;
}

/** State codes of `readPages`: the number is the place in this list. */
export const pageStateCodes = ['stored', 'zero', 'excluded', 'missing', 'unreadable', 'encrypted'] as const satisfies readonly ExtentState[];

/** One note record of an ELF core, its descriptor not decoded. */
export interface RawNote {
  readonly owner: string;
  readonly type: number;
  /** Position of the record in the file. */
  readonly fileOffset: FileOffset;
  /** Position of the descriptor in the file. */
  readonly descOffset: number;
  readonly desc: Uint8Array;
}

/** A stored piece of memory as the container's headers list it, before overlaps are resolved. */
export interface Segment {
  readonly index: number;
  readonly fileOffset: FileOffset;
  /** Bytes in the file. */
  readonly fileBytes: number;
  readonly start: AbsoluteAddress;
  /** Bytes in memory. */
  readonly memoryBytes: bigint;
  readonly virtual?: VirtualAddress;
  /** File that holds it, in a set of several. */
  readonly source?: ByteSource;
}

/** Ascending ranges that neither touch nor overlap; iterating gives all of them. */
export interface AddressRanges extends Iterable<AddressRange, undefined> {
  readonly length: number;
  /** Bytes in all ranges. */
  readonly bytes: bigint;
  at(index: number): AddressRange | undefined;
  /** Whether an address lies in one of the ranges. */
  holds(address: bigint): boolean;
  /** Whether all of [start, end) lies in one of the ranges. */
  holdsAll(start: bigint, end: bigint): boolean;
  /** Whether any address of [start, end) lies in one of the ranges. */
  overlaps(start: bigint, end: bigint): boolean;
}

/** Segments in the order of the headers. A plain array is one; a long list is held in columns. */
export interface SegmentList extends Iterable<Segment> {
  readonly length: number;
  at(index: number): Segment | undefined;
}

export interface ContainerFacts {
  readonly version?: number;
  readonly producer?: Fact<string>;
  readonly compression?: Fact<string>;
  readonly flattened: boolean;
  /** False when the container itself shows that something is cut off. */
  readonly complete: Fact<boolean>;
  /** Files of a set in the order of their numbers. */
  readonly volumes?: readonly { readonly path: string; readonly bytes: number; readonly number?: number }[];
  /** Files at hand that a finding names as not used in the set: of another run, twice there, or without data. */
  readonly unused?: readonly string[];
  /** Bytes that the stored segments take in memory, where the container counts segments. */
  readonly storedBytes?: number;
  /** The disk that it lies on, where the file is a whole one: positions in the file are those in its partition. */
  readonly disk?: DiskJson;
  /** The record that zipl left on the disk. */
  readonly dumpDevice?: Fact<DumpDeviceJson>;
  /** zlib in the dumper: its version (0: no compression) and the uncompressed bytes of a compressed entry. */
  readonly zlib?: { readonly version: number; readonly entryBytes: number };
}

/** Times as the container records them: nanoseconds since 1970, exact to what the source has. */
export interface ContainerTimes {
  readonly dumpStart?: Fact<string>;
  readonly dumpEnd?: Fact<string>;
  /** Why the time that the header has is not the dump's: no witness of when it was taken. */
  readonly headerTime?: string;
}

/** The end marker of a stand-alone dump as found. */
export interface EndMarker {
  readonly fileOffset: FileOffset;
  readonly present: boolean;
  /** Its first 8 bytes: as they read where all are printable, else 0x and hex digits. */
  readonly text: string;
  readonly printable: boolean;
  readonly tod: bigint;
  readonly headerTod: bigint;
  /** Why its place could not be read: then it is not known whether it is there. */
  readonly fault?: FileFault;
}

/** Registers of an s390x CPU as a container's own record holds them, neither a note nor a save area in memory. */
export interface RecordedCpu {
  readonly cpuAddress?: number;
  readonly prefix: number;
  readonly psw: { readonly mask: bigint; readonly address: bigint };
  readonly gprs: readonly bigint[];
  readonly acrs: readonly number[];
  readonly crs: readonly bigint[];
  readonly fprs: readonly bigint[];
  /** Low halves of vector registers 0 to 15, and vector registers 16 to 31, where the record has them. */
  readonly vectorLow?: readonly bigint[];
  readonly vectorHigh?: readonly bigint[];
  readonly fpc: number;
  readonly timer: bigint;
  readonly clockComparator: bigint;
  readonly todProgrammable: number;
  readonly todClock?: bigint;
}

/** How the page bitmaps of a container and its page descriptors fit together. */
export interface BitmapFacts {
  /** Pages that are stored, but do not exist. */
  readonly outside: number;
  /** Each file: pages that its bitmap announces, position of its descriptors and the first position that they point to. */
  readonly parts: readonly {
    readonly name: string;
    readonly pages: number;
    readonly descriptors: number;
    readonly firstData?: number;
    /** Descriptors that follow those of the announced pages. */
    readonly surplus: number;
  }[];
}

/** An opened dump: what one container says, nothing interpreted across sources. */
export interface DumpImage {
  readonly format: FormatId;
  readonly source: ByteSource;
  readonly container: ContainerFacts;
  readonly machine: {
    readonly arch: Architecture;
    /** What says so, where the header does not. */
    readonly archSource?: string;
    /** It was looked for in memory: whoever opens the files again says what was found. */
    readonly isSought?: true;
    readonly endian: 'big' | 'little';
    readonly bits: 32 | 64;
    /** CPU id as STIDP stores it (s390x stand-alone dumps). */
    readonly cpuId?: bigint;
    /** Bytes of the kernel's pages as the header has them. */
    readonly pageSize?: number;
    /** Number of CPUs that the header counts, where it does. */
    readonly cpuCount?: number;
    /** Number of CPUs that answered the dumper, where the header tells them from those whose registers it has. */
    readonly realCpuCount?: number;
    /** Architecture that the dumper was built for. */
    readonly buildArch?: string;
    /** Memory of the machine in bytes, before a size limit of the dumper. */
    readonly realMemory?: bigint;
  };
  /** By how much the kernel image was moved in physical memory, as the container or the user says; for kernels that do not record it. */
  readonly physBase?: PhysBase;
  /** Where it was taken, where that changes what addresses and registers mean. */
  readonly origin?: {
    readonly kind: 'kcore' | 'xen-host' | 'virtualbox';
    readonly title: string;
    readonly detail: string;
    /** Why addresses of the kernel lead nowhere in this dump. */
    readonly unplaced?: string;
  };
  /** System names that the header itself carries. */
  readonly names?: { readonly nodename: string; readonly release: string; readonly version: string };
  readonly times: ContainerTimes;
  readonly memory: MemoryImage;
  /** What the headers say the dump describes, merged and ascending; a cut file describes more than it holds. */
  readonly ranges: AddressRanges;
  readonly segments: SegmentList;
  readonly notes: readonly RawNote[];
  /** False where the container's version has no place for notes of CPUs; `counted` where its writer made the number of CPUs from them. */
  readonly cpuNotes?: false | 'counted';
  /** Prefix (lowcore address) of each CPU, in dump order, where the header lists them. */
  readonly prefixes: readonly number[];
  /** Registers of each CPU, in dump order, where the container has records of its own for them. */
  readonly recordedCpus?: readonly RecordedCpu[];
  /** Digest that the container records of a file inside it. */
  readonly recordedDigest?: { readonly sha256: string | undefined; readonly source: ByteSource };
  readonly endMarker?: EndMarker;
  /** What the disk does not give of the chain that leads to the end marker: where that lies is not known. */
  readonly endMarkerFault?: FileFault;
  /** Reads all bitmaps and descriptors, where the container has such. */
  readonly bitmaps?: () => Steps<BitmapFacts>;
  /** Header structures with their place in the file, for the doors to show. */
  readonly structures: readonly StructView[];
  readonly findings: readonly Finding[];
  /**
   * Set where the headers were read in part, as the opener allowed: memory at or above `known` throws `NotReadYet`, and segments, findings, the end
   * marker and whether the container is complete are those of the part.
   */
  readonly partial?: { readonly known: AbsoluteAddress };
  /** Byte ranges that hold headers and notes, of `source` unless another file of the set is named: they identify the dump. */
  readonly headerRanges: readonly { readonly offset: number; readonly bytes: number; readonly source?: ByteSource }[];
  /** What the user says in place of headers, which identifies the dump with them. */
  readonly placement?: string;
  /** Why nothing of the kernel can be read, where its memory is there and is not readable as a whole: it is encrypted. */
  readonly encrypted?: string;
  /** Memory and registers were decrypted with a key of the user: none of it is put on disk unasked. */
  readonly isDecrypted?: true;
}

/** What the user says of a dump that its headers do not say, or say wrongly: the last word. */
export interface GivenMachine {
  readonly machine?: Architecture;
  /** By how many bytes the kernel image was moved in physical memory (x86_64). */
  readonly physBase?: bigint;
  /** The files are memory without any header: the address of the first byte of each, in their order. */
  readonly memoryAt?: readonly bigint[];
  /** Customer communication key of a secure guest, and the file that it was read from: neither is shown or kept anywhere. */
  readonly communicationKey?: { readonly path: string; readonly bytes: Uint8Array };
}

/** What an open may ask for besides its own file. */
export interface OpenContext extends GivenMachine {
  /** Other files that may belong to the same set: those that the user named, else those in the same folder. */
  companions(): readonly ByteSource[];
  /** Comes before `companions`: walks the flattened streams among them, which may be long. */
  readonly look?: () => Steps<void>;
  /** Partitions that the user named, by the names of the files that are disks. */
  readonly members?: ReadonlyMap<string, string>;
  /** True when the user named the companions: then each of them should belong to the set. */
  readonly named?: boolean;
  /** First facts are wanted: a long chain of headers may be read in part (`DumpImage.partial`). */
  readonly inPart?: boolean;
  /** Hears how far a long chain of headers is read: bytes of the file. */
  readonly reached?: (position: number, size: number) => void;
}

export interface DumpFormat {
  readonly id: FormatId;
  /** A noun phrase, for every door. */
  readonly title: string;
  /** Who writes it. */
  readonly about: string;
  /** File name endings for the open dialog, without dot. */
  readonly extensions: readonly string[];
  /** Kind of file that the desktop opens with Dumpbench, where an ending means this and nothing else. */
  readonly fileType?: FileType;
  /** Looks at the first 4096 bytes (fewer in a shorter file) and at the source's size. Never throws. */
  probe(head: Uint8Array, source: ByteSource): Probe;
  /** For a format of which the head says too little: asked where `probe` says yes, and has the last word. In steps; never throws. */
  readonly lookDeeper?: (source: ByteSource) => Steps<Probe>;
  /**
   * In steps, as data can make it long: a chain of records, headers by the million.
   * @throws DumpError when not even the header can be used; other damage becomes findings
   */
  open(source: ByteSource, context?: OpenContext): Steps<DumpImage>;
}
