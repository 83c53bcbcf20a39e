/**
 * Which vmcoreinfo describes the dumped kernel. Notes and pointers lead to one; where memory contradicts it or none is known, memory is
 * looked through for texts, and the one that fits is taken.
 */
import type { DumpImage } from '../../formats/dump-format.ts';
import { buildIdWords, lookForBuildId, type BuildIdLook } from '../../kernel/vmcoreinfo/build-id.ts';
import { byFit, fitOf, originOf, type JudgedVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { kernelsOwnNote } from '../../kernel/vmcoreinfo/kernels-own-note.ts';
import { isCrashBeforeDump } from '../../kernel/vmcoreinfo/crash-time.ts';
import { scanForVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import { vmcoreinfoInMemory, vmcoreinfoNotes, vmcoreinfoNumber, type Vmcoreinfo, type VmcoreinfoSearch } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import type { AddressRange } from '../../../shared/units.ts';
import { crashkernel, isKdumpKernel, type KernelInDump } from './crashkernel.ts';
import { derived, searched, type Memo } from './memo.ts';
import { isFailure } from '../../../shared/result.ts';

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

const plainFit = derived((_: SearchedDump) => new Map<Vmcoreinfo, JudgedVmcoreinfo['fit']>());
/** What was found of the build IDs of texts, by the texts. */
const buildIds = derived((_: SearchedDump) => new Map<string, BuildIdLook>());

/** A text held against memory, with its build ID where that was looked for by now. */
export function judge(session: SearchedDump, vmcoreinfo: Vmcoreinfo): JudgedVmcoreinfo {
  const fits = plainFit(session);
  const fit = fits.get(vmcoreinfo) ?? fitOf(session, vmcoreinfo);
  fits.set(vmcoreinfo, fit);
  const look = buildIds(session).get(vmcoreinfo.text);
  if (fit.fits !== 'yes' || look === undefined || look.kind === 'unknown') return { vmcoreinfo, fit };
  const words = buildIdWords(vmcoreinfo, look);
  return {
    vmcoreinfo,
    fit: look.kind === 'same' ? { ...fit, why: `${fit.why}, and ${words}` } : { fits: 'no', otherBuild: true, why: `${fit.why}, but ${words}` },
  };
}

/** Texts that say the same release may be of several builds: more than a few are one and the same text. */
const mostCompared = 8;

/** Looks for the build IDs of texts that memory does not contradict otherwise. @throws Cancelled */
export async function compareBuildIds(session: SearchedDump, texts: readonly Vmcoreinfo[], signal: AbortSignal): Promise<void> {
  const known = buildIds(session);
  const wanted = texts.filter((one) => one.entries.has('BUILD-ID') && !known.has(one.text) && judge(session, one).fit.fits === 'yes');
  for (const vmcoreinfo of wanted.slice(0, mostCompared))
    if (!known.has(vmcoreinfo.text)) known.set(vmcoreinfo.text, await lookForBuildId(session.image, session.memory, vmcoreinfo, signal));
}

/** The text that notes and pointers lead to, held against memory. */
const ownVmcoreinfo = (session: SearchedDump): JudgedVmcoreinfo | undefined =>
  !isFailure(session.vmcoreinfo) ? judge(session, session.vmcoreinfo.value) : undefined;

/** The text that memory leads to where a note has another: it lies at hand (s390x), so that the two can be compared. */
const pointedVmcoreinfo = derived(({ image, memory, vmcoreinfo }: SearchedDump): Vmcoreinfo | undefined => {
  const pointed = !isFailure(vmcoreinfo) ? vmcoreinfoInMemory(image, memory) : undefined;
  return pointed !== undefined && !isFailure(pointed) && !isFailure(vmcoreinfo) && pointed.value.text !== vmcoreinfo.value.text ? pointed.value : undefined;
});

/** The note that the kernel's own variable leads to, where symbols were at hand: elsewhere no pointer at a fixed place does. */
const kernelsNote = derived((_: SearchedDump): { text?: Vmcoreinfo } => ({}));

/** Other texts in the notes and in the header. */
const otherNotes = derived(({ image }: SearchedDump): readonly Vmcoreinfo[] => vmcoreinfoNotes(image).slice(1));

/** Texts that are held against the dump's own in every case: they lie at hand. */
function atHand(session: SearchedDump): readonly JudgedVmcoreinfo[] {
  const own = !isFailure(session.vmcoreinfo) ? session.vmcoreinfo.value.text : undefined;
  const texts = [...otherNotes(session), ...[pointedVmcoreinfo(session), kernelsNote(session).text].flatMap((one) => one ?? [])];
  return texts.filter(({ text }, at) => text !== own && texts.findIndex((one) => one.text === text) === at).map((one) => judge(session, one));
}

/** The other text is the same kernel's, and has the CRASHTIME that the dump's own lacks: it was written later. */
function hasWhatOwnLacks(own: JudgedVmcoreinfo, other: JudgedVmcoreinfo): boolean {
  const isLater = !own.vmcoreinfo.entries.has('CRASHTIME') && other.vmcoreinfo.entries.has('CRASHTIME');
  return isLater && own.fit.fits === 'yes' && other.fit.fits === 'yes' && originOf(other, own).kind === 'same-kernel';
}

async function lookAtKernelsNote(session: SearchedDump, signal: AbortSignal): Promise<void> {
  const { knownKernel: kernel } = session;
  if (!kernel.publishesSymbols || kernel.vmcoreinfo === undefined) return;
  await kernel.ready(['symbols'], signal);
  const found = kernelsOwnNote(kernel);
  if (found === undefined) return;
  // The text that was found before stays the one: what was derived with it is kept by it.
  const known = kernelsNote(session);
  if (known.text?.text !== found.text) known.text = found;
  await compareBuildIds(session, [known.text ?? found], signal);
}

/** A text of which nothing is left that names a kernel or leads into it. */
const isEmpty = ({ entries }: Vmcoreinfo): boolean => !entries.has('OSRELEASE') && ![...entries.keys()].some((key) => key.startsWith('SYMBOL('));

/** CRASHTIME and the start of the dump contradict each other: memory may have another. */
function isOfAnotherTime({ image }: SearchedDump, own: Vmcoreinfo): boolean {
  const [crash, start] = [vmcoreinfoNumber(own, 'CRASHTIME'), image.times.dumpStart?.value];
  return crash !== undefined && start !== undefined && !isCrashBeforeDump(Number(crash), Date.parse(start) / 1000);
}

/** Memory may hold a better text: there is none, it is contradicted, or it leads out of the dump's memory. */
function isDoubtful(session: SearchedDump): boolean {
  const own = ownVmcoreinfo(session);
  return own === undefined || own.fit.fits === 'no' || own.fit.outside === true || isEmpty(own.vmcoreinfo) || isOfAnotherTime(session, own.vmcoreinfo);
}

const judged = (session: SearchedDump, copies: readonly Vmcoreinfo[]): readonly JudgedVmcoreinfo[] => byFit(copies.map((one) => judge(session, one)));

/** Texts in memory, with their build IDs where several could be the kernel's. */
async function compared(session: SearchedDump, found: Promise<readonly Vmcoreinfo[]>, signal: AbortSignal): Promise<readonly Vmcoreinfo[]> {
  const copies = await found;
  await compareBuildIds(session, copies, signal);
  return copies;
}

const wholeScan = searched((session: SearchedDump, signal) => compared(session, scanForVmcoreinfo(session.image, session.memory, signal), signal));
/** What is not proven may be an old copy, and the right one lie further up: that is for the whole scan. */
const firstScan = searched((session: SearchedDump, signal) =>
  compared(session, scanForVmcoreinfo(session.image, session.memory, signal, firstLookBytes), signal),
);

/** Where kdump has begun and its memory is in the dump, a second kernel may run there. */
const kdumpMemoryScan = searched(async (session: SearchedDump, signal) => {
  const area = crashkernel(session);
  return area === undefined ? [] : compared(session, scanForVmcoreinfo(session.image, session.memory, signal, firstLookBytes, area), signal);
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
  const scanned = judged(session, whole ?? firstScan.known(session) ?? []);
  const near = atHand(session);
  const [best] = byFit([...near, ...scanned]);
  // Of texts that memory neither proves nor refutes only the dump's own counts, or the only one that there is.
  const isProven = best?.fit.fits === 'yes' && own?.fit.fits !== 'yes';
  const isOnly = own === undefined && whole !== undefined && textsOf(scanned) === 1;
  const later = own === undefined ? undefined : near.find((one) => hasWhatOwnLacks(own, one));
  const used = isProven || isOnly ? best : (later ?? own);
  // Each place once, whichever scan came by.
  const found = [...near, ...scanned, ...judged(session, kdumpMemoryScan.known(session) ?? [])].filter(
    (one, at, all) =>
      one.vmcoreinfo !== used?.vmcoreinfo &&
      (used?.vmcoreinfo.address === undefined || one.vmcoreinfo.address !== used.vmcoreinfo.address) &&
      (one.vmcoreinfo.address === undefined || all.findIndex(({ vmcoreinfo }) => vmcoreinfo.address === one.vmcoreinfo.address) === at),
  );
  const others = [...(own === undefined || own.vmcoreinfo === used?.vmcoreinfo ? [] : [own]), ...found];
  return { used, others };
}

/** What is known by now; nothing is scanned. */
export const vmcoreinfoChoice = (session: SearchedDump): VmcoreinfoChoice => choose(session);

/** Looks for the build ID of the dump's own text, and through the lowest stored memory where it may hold a better one. @throws Cancelled */
export async function lookForVmcoreinfo(session: SearchedDump, signal: AbortSignal): Promise<void> {
  if (!isFailure(session.vmcoreinfo)) await compareBuildIds(session, [session.vmcoreinfo.value], signal);
  if (isDoubtful(session) && wholeScan.known(session) === undefined) await firstScan(session, signal);
  await lookAtKernelsNote(session, signal);
}

/** Looks through all of memory where no text is known that fits. @throws Cancelled */
export async function searchForVmcoreinfo(session: SearchedDump, signal: AbortSignal): Promise<void> {
  await lookForVmcoreinfo(session, signal);
  if (!isDoubtful(session) || choose(session).used?.fit.fits === 'yes') return;
  await wholeScan(session, signal);
}
