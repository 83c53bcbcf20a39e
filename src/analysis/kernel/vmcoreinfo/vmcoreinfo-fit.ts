/**
 * Whether a text of vmcoreinfo is of the kernel that lies in memory. Texts outlive their kernels: pages of an earlier boot, notes that a
 * hypervisor wrote from what it had, texts of another system. What decides is memory: the text's init_uts_ns must lead to the names of the
 * release that the text itself names (include/linux/utsname.h). Builds of one release are distinguished by their build IDs (build-id.ts).
 */
import type { TranslateStep } from '../../../shared/memory-model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from './kernel-address.ts';
import { readUtsName, utsNameReach } from './uts-name.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from './vmcoreinfo.ts';

export interface VmcoreinfoFit {
  /** `unknown`: memory cannot say it, since the place is not in the dump or not named. */
  readonly fits: 'yes' | 'no' | 'unknown';
  readonly why: string;
  /** The place lies where the dump has no memory: a text of another machine or boot, or a dump of a part of memory. */
  readonly outside?: true;
  /** All of the kernel image was read, and its build ID is another. */
  readonly otherBuild?: true;
}

interface FitSource {
  readonly image: DumpImage;
  readonly memory: MemoryReader;
}

const tablePage = 4096;

/** A page of tables in which nothing is: wiped, not written by a kernel that maps itself. What a walk through it gives says nothing. */
const isWiped = (memory: MemoryReader, { entry, entryAddress }: TranslateStep): boolean =>
  BigInt(entry) === 0n && memory.readPresent(BigInt(entryAddress) & -BigInt(tablePage), tablePage)?.every((byte) => byte === 0) === true;

/**
 * A text of another boot may lead to the right memory where the image lies in the same place and its addresses were moved (KASLR moves both
 * on their own): then the kernel's page tables map its addresses elsewhere or not at all.
 * @returns what they say against it; undefined where they agree, are not known, or are not in the dump
 */
function mappedElsewhere({ image, memory }: FitSource, vmcoreinfo: Vmcoreinfo, symbol: bigint): string | undefined {
  const { arch } = image.machine;
  const walk = architectures[arch].paging?.kernelWalk(vmcoreinfo, memory, () => undefined)?.(symbol);
  const absolute = kernelToAbsolute(arch, symbol, vmcoreinfo, memory);
  if (walk === undefined || walk.unread === true || walk.absolute === absolute || walk.steps.some((step) => isWiped(memory, step))) return undefined;
  const found = walk.absolute === undefined ? `do not map it (${walk.failure ?? 'no frame'})` : `map it to absolute ${hex(walk.absolute)}`;
  return `its init_uts_ns at ${hex(symbol)} is at absolute ${hex(absolute ?? 0n)} by its offsets, but the page tables of the kernel in memory ${found}`;
}

export function fitOf({ image, memory }: FitSource, vmcoreinfo: Vmcoreinfo): VmcoreinfoFit {
  const { arch } = image.machine;
  const release = vmcoreinfo.entries.get('OSRELEASE') ?? '';
  if (vmcoreinfo.unplaced !== undefined) return { fits: 'unknown', why: vmcoreinfo.unplaced };
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(init_uts_ns)');
  if (symbol === undefined) return { fits: 'unknown', why: 'it does not name init_uts_ns, where the names of its kernel would be' };
  const names = readUtsName(arch, vmcoreinfo, memory);
  if (names?.release === release) {
    const against = mappedElsewhere({ image, memory }, vmcoreinfo, symbol);
    return against === undefined ? { fits: 'yes', why: `its init_uts_ns leads to the names of ${release}` } : { fits: 'no', why: against };
  }
  if (names !== undefined) return { fits: 'no', why: `its init_uts_ns leads to the names of ${names.release === '' ? 'no release' : names.release}` };
  const absolute = kernelToAbsolute(arch, symbol, vmcoreinfo, memory);
  if (absolute === undefined || !image.ranges.holds(absolute)) {
    const place = architectures[arch].kernelAddress(symbol, vmcoreinfo);
    const at = place === undefined || place < 0n ? '' : `, absolute ${hex(place)},`;
    return { fits: 'unknown', outside: true, why: `its init_uts_ns at ${hex(symbol)}${at} lies where the dump has no memory` };
  }
  const { bytes, absent } = memory.read(absolute, utsNameReach);
  if (absent.length > 0 || bytes.every((byte) => byte === 0))
    return { fits: 'unknown', why: `the names of its kernel at absolute ${hex(absolute)} are not in the dump`, outside: true };
  return { fits: 'no', why: `its init_uts_ns leads to absolute ${hex(absolute)}, where no names of a kernel are` };
}

export interface JudgedVmcoreinfo {
  readonly vmcoreinfo: Vmcoreinfo;
  readonly fit: VmcoreinfoFit;
}

const rank = { yes: 0, unknown: 1, no: 2 } as const;
const hasCrashTime = ({ vmcoreinfo }: JudgedVmcoreinfo): boolean => vmcoreinfo.entries.has('CRASHTIME');

/**
 * The best first: those that fit memory, of them those with CRASHTIME (written at the moment of the crash, when others were left from before),
 * then the fuller ones.
 */
export const byFit = (candidates: readonly JudgedVmcoreinfo[]): readonly JudgedVmcoreinfo[] =>
  [...candidates].sort(
    (a, b) => rank[a.fit.fits] - rank[b.fit.fits] || Number(hasCrashTime(b)) - Number(hasCrashTime(a)) || b.vmcoreinfo.entries.size - a.vmcoreinfo.entries.size,
  );

/** Lines that are named of those that differ. */
const mostNamedLines = 5;

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** Addresses move with the kernel: what stays the same over all of them is of the same boot. */
const placeKeys = ['SYMBOL(init_uts_ns)', 'SYMBOL(_stext)', 'NUMBER(phys_base)', 'KERNELOFFSET'] as const;

/** Where both texts lead to one and the same place, they are of one kernel. */
const leadKeys = ['SYMBOL(init_uts_ns)', 'NUMBER(phys_base)', 'NUMBER(kimage_voffset)'] as const;

/** Keys that two texts of one kernel do not say alike; CRASHTIME, which a crash adds, is left out. */
export const differingKeys = (mine: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([...mine.keys(), ...theirs.keys()])].filter((key) => key !== 'CRASHTIME' && mine.get(key) !== theirs.get(key));

/** What a text is of, seen from the one that is used: a second kernel in the dump, another kernel, another boot of this one, or this boot. */
export interface VmcoreinfoOrigin {
  readonly kind: 'second-kernel' | 'other-kernel' | 'other-boot' | 'damaged' | 'differing' | 'other-time' | 'same-kernel';
  readonly text: string;
}

/** What names a kernel, and what it looks like (Makefile's KERNELRELEASE, a SHA-1): another value of that form is another kernel's. */
export const namesOfKernel = [
  ['OSRELEASE', /^\d+\.\d+[\w.+~-]*$/],
  ['BUILD-ID', /^[0-9a-f]{40}$/],
] as const;
/** A line whose name is damaged differs as two. */
const mostDamagedLines = 2;
/** Fewer lines that agree prove nothing. */
const leastAlike = 10;

/**
 * How a text came from the one that is used: another kernel or boot has other addresses in dozens of lines, damage changes few or takes some away.
 * CRASHTIME is left out, which a crash adds.
 */
function damageOf(mine: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): string | undefined {
  const keys = [...new Set([...mine.keys(), ...theirs.keys()])].filter((key) => key !== 'CRASHTIME');
  const alike = keys.filter((key) => mine.get(key) === theirs.get(key)).length;
  const gone = keys.filter((key) => !theirs.has(key)).length;
  const changed = keys.length - alike - gone;
  const isOther = namesOfKernel.some(([key, form]) => theirs.get(key) !== mine.get(key) && form.test(theirs.get(key) ?? ''));
  if (alike < leastAlike || alike === keys.length || isOther) return undefined;
  // The last line of a text that was cut may be half there.
  if (changed <= 1 && gone > mostDamagedLines) return `cut or damaged: it has ${alike} of ${keys.length} lines`;
  return changed + gone <= mostDamagedLines ? `damaged: ${changed + gone === 1 ? '1 line differs' : `${changed + gone} lines differ`}` : undefined;
}

export function originOf(other: JudgedVmcoreinfo, used: JudgedVmcoreinfo): VmcoreinfoOrigin {
  const [mine, theirs] = [used.vmcoreinfo.entries, other.vmcoreinfo.entries];
  const release = theirs.get('OSRELEASE') ?? 'an unnamed release';
  const isSameBoot = placeKeys.every((key) => mine.get(key) === theirs.get(key));
  const fitsToo = other.fit.fits === 'yes';
  const isSamePlace = leadKeys.every((key) => mine.get(key) === theirs.get(key)) && mine.get('BUILD-ID') === theirs.get('BUILD-ID');
  if (fitsToo && !isSameBoot && !isSamePlace) return { kind: 'second-kernel', text: `another kernel in this dump (${release}), as a kdump kernel is` };
  const differing = fitsToo && isSamePlace ? differingKeys(mine, theirs) : [];
  // Both lead to the same names: which of the two was changed does not show.
  if (differing.length > 0)
    return { kind: 'differing', text: `the same kernel, but differs in ${plural(differing.length, 'line')}: ${differing.slice(0, mostNamedLines).join(', ')}` };
  const damage = fitsToo ? undefined : damageOf(mine, theirs);
  if (damage !== undefined) return { kind: 'damaged', text: `the same kernel, and ${damage}` };
  if (mine.get('OSRELEASE') !== theirs.get('OSRELEASE')) return { kind: 'other-kernel', text: `another kernel (${release})` };
  const [myBuild, theirBuild] = [mine.get('BUILD-ID'), theirs.get('BUILD-ID')];
  if (myBuild !== undefined && theirBuild !== undefined && myBuild !== theirBuild) return { kind: 'other-kernel', text: `another build of ${release}` };
  if (!isSameBoot) return { kind: 'other-boot', text: 'another boot of the same kernel, with other addresses' };
  const [myCrash, theirCrash] = [mine.get('CRASHTIME'), theirs.get('CRASHTIME')];
  if (myCrash !== undefined && theirCrash !== undefined && myCrash !== theirCrash)
    return { kind: 'other-time', text: `the same kernel, but from another time: its CRASHTIME is ${theirCrash}, not ${myCrash}` };
  return { kind: 'same-kernel', text: mine.has('CRASHTIME') && !theirs.has('CRASHTIME') ? 'the same kernel, from before the crash' : 'the same kernel' };
}

/** Both are of the kernel that is shown, and say that it crashed at different times. */
export function contradictsCrashTime(other: JudgedVmcoreinfo, used: JudgedVmcoreinfo): boolean {
  const [mine, theirs] = [used.vmcoreinfo.entries.get('CRASHTIME'), other.vmcoreinfo.entries.get('CRASHTIME')];
  const { kind } = originOf(other, used);
  return mine !== undefined && theirs !== undefined && mine !== theirs && (kind === 'other-time' || kind === 'differing' || kind === 'damaged');
}
