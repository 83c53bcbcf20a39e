/**
 * Which vmcoreinfo describes the dumped kernel. Notes and pointers lead to one; where memory contradicts it or none is known, memory is
 * looked through for texts, and the one that fits is taken.
 */
import type { DumpImage } from '../../formats/dump-format.ts';
import { byFit, fitOf, type JudgedVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { scanForVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import type { Vmcoreinfo, VmcoreinfoSearch } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import type { AddressRange } from '../../../shared/units.ts';
import { crashkernel, isKdumpKernel, type KernelInDump } from './crashkernel.ts';
import { derived, searched, type Memo } from './memo.ts';

/** What the choice needs of a session. */
interface SearchedDump extends KernelInDump {
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** What notes and pointers lead to. */
  readonly vmcoreinfo: VmcoreinfoSearch;
  readonly memo: Memo;
  /** Of s390x the exchanged memory says that there are two kernels. */
  readonly twoSystems: AddressRange | undefined;
}

/** Read within a fraction of a second, and where kernels lie. */
const firstLookBytes = 512 * 1024 * 1024;

/** The text that notes and pointers lead to, held against memory. */
export const ownVmcoreinfo = derived((session: SearchedDump): JudgedVmcoreinfo | undefined =>
  session.vmcoreinfo.found ? { vmcoreinfo: session.vmcoreinfo.vmcoreinfo, fit: fitOf(session, session.vmcoreinfo.vmcoreinfo) } : undefined,
);

/** Memory may hold a better text: there is none, it is contradicted, or it leads out of the dump's memory. */
export function isDoubtful(session: SearchedDump): boolean {
  const own = ownVmcoreinfo(session);
  return own === undefined || own.fit.fits === 'no' || own.fit.outside === true;
}

const judged = (session: SearchedDump, copies: readonly Vmcoreinfo[]): readonly JudgedVmcoreinfo[] =>
  byFit(copies.map((vmcoreinfo) => ({ vmcoreinfo, fit: fitOf(session, vmcoreinfo) })));

const wholeScan = searched(async (session: SearchedDump, signal) => judged(session, await scanForVmcoreinfo(session.image, session.memory, signal)));
/** What is not proven may be an old copy, and the right one lie further up: that is for the whole scan. */
const firstScan = searched(async (session: SearchedDump, signal) =>
  judged(session, await scanForVmcoreinfo(session.image, session.memory, signal, firstLookBytes)),
);

/** Where kdump has begun and its memory is in the dump, a second kernel may run there. */
const kdumpMemoryScan = searched(async (session: SearchedDump, signal) => {
  const area = crashkernel(session);
  return area === undefined ? [] : judged(session, await scanForVmcoreinfo(session.image, session.memory, signal, firstLookBytes, area));
});

/**
 * Looks for a second kernel where something says that there may be one: the kernel that is shown is a kdump kernel, or it was on its way into
 * kdump and the dump holds the memory that a kdump kernel runs in. Of s390x the exchanged memory says it already.
 * @throws Cancelled
 */
export async function lookForSecondKernel(session: SearchedDump, signal: AbortSignal): Promise<void> {
  if (session.twoSystems !== undefined || wholeScan.known(session) !== undefined) return;
  if (isKdumpKernel(session)) await firstScan(session, signal);
  else if (session.knownKernel.vmcoreinfo?.entries.has('CRASHTIME') === true) {
    const area = crashkernel(session);
    if (area !== undefined && session.image.ranges.overlaps(area.start, area.end)) await kdumpMemoryScan(session, signal);
  }
}

export interface VmcoreinfoChoice {
  readonly used: JudgedVmcoreinfo | undefined;
  /** The others that are known by now: the dump's own where it does not fit, and what a scan has found. */
  readonly others: readonly JudgedVmcoreinfo[];
}

/** Texts in memory that say the same, whatever else differs, count once. */
const textsOf = (copies: readonly JudgedVmcoreinfo[]): number => new Set(copies.map(({ vmcoreinfo }) => vmcoreinfo.text)).size;

function choose(session: SearchedDump): VmcoreinfoChoice {
  const own = ownVmcoreinfo(session);
  const whole = wholeScan.known(session);
  const scanned = whole ?? firstScan.known(session) ?? [];
  const [best] = scanned;
  // Of texts that memory neither proves nor refutes only the dump's own counts, or the only one that there is.
  const isProven = best?.fit.fits === 'yes' && own?.fit.fits !== 'yes';
  const isOnly = own === undefined && whole !== undefined && textsOf(scanned) === 1;
  const used = isProven || isOnly ? best : own;
  // Each place once, whichever scan came by.
  const found = [...scanned, ...(kdumpMemoryScan.known(session) ?? [])].filter(
    (one, at, all) => one !== used && all.findIndex(({ vmcoreinfo }) => vmcoreinfo.address === one.vmcoreinfo.address) === at,
  );
  const others = [...(own === undefined || own === used ? [] : [own]), ...found];
  return { used, others };
}

/** What is known by now; nothing is scanned. */
export const vmcoreinfoChoice = (session: SearchedDump): VmcoreinfoChoice => choose(session);

/** Looks through the lowest stored memory where it may hold a better text. @throws Cancelled */
export async function lookForVmcoreinfo(session: SearchedDump, signal: AbortSignal): Promise<void> {
  if (isDoubtful(session) && wholeScan.known(session) === undefined) await firstScan(session, signal);
}

/** Looks through all of memory where no text is known that fits. @throws Cancelled */
export async function searchForVmcoreinfo(session: SearchedDump, signal: AbortSignal): Promise<void> {
  await lookForVmcoreinfo(session, signal);
  if (!isDoubtful(session) || choose(session).used?.fit.fits === 'yes') return;
  await wholeScan(session, signal);
}
