/**
 * An ELF core as /proc/vmcore is one (elf-vmcore.md): headers, notes, then the kept pages in the order of their addresses, a PT_LOAD for each stretch. What is not kept has no
 * PT_LOAD, so that no reader takes it for zeros. Pages of zeros are holes of the file. Which pages cannot be read is known when they are read: the
 * table of program headers has room, and is written again without them.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { failed, type Missing } from '../../shared/result.ts';
import { pageSize, type Pfn } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { elfHeader, elfProgramHeader, elfSectionHeader, PN_XNUM } from '../formats/elf-layout.ts';
import { countingSection, elfHeaderBytes, loadBytes, noteBytes, noteHeaderBytes, type Load } from './elf-bytes.ts';
import type { ExportPlan } from './export-plan.ts';
import { isKept, presentCode, type ExportWriter, type PageBlock, type PositionedOutput, type WriterRun, type WriterState } from './export-writer.ts';
import { keptStretches } from './kept-stretches.ts';
import { LostPages } from './lost-pages.ts';
import { presentRuns } from './present-runs.ts';
import { placed, virtualPlaces } from './virtual-places.ts';

/** The most that crash reads: e_phnum has 16 bits, and crash does not look further. */
const mostForCrash = PN_XNUM - 1;
/** Program headers that unreadable pages may add. A page in two can add one, and no table for crash is longer. */
const mostAdded = 65_000;
const bytes = BigInt(pageSize);
const pageAligned = (position: number): number => Math.ceil(position / pageSize) * pageSize;

interface PlacedStretch {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
  /** Position of the first page in the file. */
  readonly offset: number;
}

/** Stretches with their places in the file, from where data begin; undefined for pauses. */
function* placedStretches(plan: ExportPlan, dataAt: number): Generator<PlacedStretch | undefined, undefined> {
  let offset = dataAt;
  for (const stretch of keptStretches(plan)) {
    if (stretch === undefined) {
      yield undefined;
      continue;
    }
    yield { ...stretch, offset };
    offset += (stretch.endPfn - stretch.startPfn) * pageSize;
  }
  return undefined;
}

/** PT_LOADs of all stretches without the pages that were lost; undefined for pauses. */
function* loads(plan: ExportPlan, dataAt: number, lost: LostPages): Generator<Load | undefined, undefined> {
  const places = virtualPlaces(plan);
  for (const stretch of placedStretches(plan, dataAt)) {
    if (stretch === undefined) {
      yield undefined;
      continue;
    }
    for (const { startPfn, endPfn } of lost.without(stretch.startPfn, stretch.endPfn)) {
      for (const { start, end, shift } of placed(places, BigInt(startPfn) * bytes, BigInt(endPfn) * bytes)) {
        const offset = stretch.offset + Number(start - BigInt(stretch.startPfn) * bytes);
        yield { physical: start, virtual: (start + shift) & ((1n << 64n) - 1n), bytes: end - start, offset };
      }
    }
  }
  return undefined;
}

function* count(all: Iterable<Load | undefined>): Steps<number> {
  let found = 0;
  let turns = 0;
  for (const load of all) {
    if (load !== undefined) found += 1;
    if (load === undefined || ++turns % stepTurns === 0) yield;
  }
  return found;
}

/** Where things lie in the file. */
interface Layout {
  /** Program headers that the table has room for. */
  readonly room: number;
  /** Section header that counts the program headers where they are many, with room in any case. */
  readonly sectionAt: number;
  readonly notesAt: number;
  readonly notes: Uint8Array;
  readonly dataAt: number;
}

function* layoutOf(plan: ExportPlan): Steps<Layout> {
  const planned = yield* count(loads(plan, 0, new LostPages()));
  let pages = 0;
  for (const stretch of keptStretches(plan)) {
    if (stretch === undefined) yield;
    else pages += stretch.endPfn - stretch.startPfn;
  }
  const room = 1 + planned + Math.min(Math.ceil(pages / 2), mostAdded);
  const notes = noteBytes(plan.machine.endian, plan.notes.inOrder);
  const sectionAt = elfHeader.size + room * elfProgramHeader.size;
  const notesAt = sectionAt + elfSectionHeader.size;
  return { room, sectionAt, notesAt, notes, dataAt: pageAligned(notesAt + notes.length) };
}

/** Program headers that are written at once. */
const headersAtOnce = 1024;

/**
 * Writes headers and notes.
 * @param before program headers of an earlier table: what it had more is not part of the file
 * @returns how many program headers there are
 */
function* writeHeaders(plan: ExportPlan, layout: Layout, lost: LostPages, output: PositionedOutput, before = 0): Steps<number> {
  const { endian } = plan.machine;
  const headers = 1 + (yield* count(loads(plan, layout.dataAt, lost)));
  if (headers > layout.room)
    throw new DumpError(
      'unsupported',
      { file: plan.image.source.name },
      `pages that cannot be read break its memory into ${headers - 1} pieces, more than there is room for in an ELF file of ${layout.room - 1}`,
      'the format kdump, which records each page separately',
    );
  output.write(0, elfHeaderBytes(plan, { headers, sectionAt: layout.sectionAt }));
  let position = elfHeader.size;
  let pending: Uint8Array[] = [noteHeaderBytes(endian, layout.notesAt, layout.notes.length)];
  const flush = (): void => {
    const all = Buffer.concat(pending);
    output.write(position, all);
    position += all.length;
    pending = [];
  };
  for (const load of loads(plan, layout.dataAt, lost)) {
    if (load === undefined) yield;
    else pending.push(loadBytes(endian, load));
    if (pending.length >= headersAtOnce) {
      flush();
      yield;
    }
  }
  flush();
  if (before > headers) output.write(position, new Uint8Array((before - headers) * elfProgramHeader.size));
  // Elsewhere it would be bytes that nothing describes.
  if (headers >= PN_XNUM) output.write(layout.sectionAt, countingSection(endian, headers));
  else if (before >= PN_XNUM) output.write(layout.sectionAt, new Uint8Array(elfSectionHeader.size));
  output.write(layout.notesAt, layout.notes);
  return headers;
}

class ElfRun implements WriterRun {
  readonly missing: Missing[] = [];
  readonly #plan: ExportPlan;
  readonly #layout: Layout;
  readonly #output: PositionedOutput;
  readonly #lost: LostPages;
  readonly #stretches: Generator<PlacedStretch | undefined, undefined>;
  #stretch: PlacedStretch | undefined;
  #headers: number;

  constructor(plan: ExportPlan, layout: Layout, output: PositionedOutput, headers: number, lost: LostPages) {
    this.#plan = plan;
    this.#layout = layout;
    this.#output = output;
    this.#headers = headers;
    this.#lost = lost;
    this.#stretches = placedStretches(plan, layout.dataAt);
  }

  /** The stretch that holds a page or follows it. Pages are asked for in ascending order. */
  #from(pfn: Pfn): PlacedStretch | undefined {
    while (this.#stretch === undefined || this.#stretch.endPfn <= pfn) {
      const next = this.#stretches.next();
      if (next.done === true) return undefined;
      if (next.value !== undefined) this.#stretch = next.value;
    }
    return this.#stretch;
  }

  add(block: PageBlock): void {
    // Nothing is written of zeros, and what the plan knows to be absent is in no stretch.
    if (block.kind === 'uniform') return;
    const { startPfn, fates } = block;
    for (const { start, end } of presentRuns(fates, presentCode)) this.#write(block, start, end);
    for (let page = 0; page < fates.length; page += 1) {
      if (isKept(fates[page] ?? 0)) continue;
      const stretch = this.#from(startPfn + page);
      if (stretch === undefined) return;
      if (stretch.startPfn <= startPfn + page) this.#lost.add(startPfn + page);
    }
  }

  #write({ startPfn, bytes: data }: PageBlock & { readonly kind: 'pages' }, start: number, end: number): void {
    for (let page = start; page < end;) {
      const stretch = this.#from(startPfn + page);
      if (stretch === undefined) return;
      const until = Math.min(end, stretch.endPfn - startPfn);
      this.#output.write(stretch.offset + (startPfn + page - stretch.startPfn) * pageSize, data.subarray(page * pageSize, until * pageSize));
      page = until;
    }
  }

  state(): WriterState {
    return this.#lost.state();
  }

  *finish(): Steps<void> {
    if (!this.#lost.isEmpty) this.#headers = yield* writeHeaders(this.#plan, this.#layout, this.#lost, this.#output, this.#headers);
    let end = this.#layout.dataAt;
    for (const stretch of placedStretches(this.#plan, this.#layout.dataAt)) {
      if (stretch === undefined) yield;
      else end = stretch.offset + (stretch.endPfn - stretch.startPfn) * pageSize;
    }
    this.#output.setSize(end);
    if (this.#headers > mostForCrash)
      this.missing.push(
        failed(
          'program headers that crash reads',
          `memory lies in ${this.#headers - 1} pieces, and crash does not count more than ${mostForCrash - 1}: the format kdump has no such limit`,
        ).missing,
      );
  }
}

export const elfWriter: ExportWriter = {
  format: 'elf',
  *begin(plan, output, state) {
    const layout = yield* layoutOf(plan);
    if (state !== undefined) {
      const headers = 1 + (yield* count(loads(plan, layout.dataAt, new LostPages())));
      return new ElfRun(plan, layout, output, headers, LostPages.from(state));
    }
    return new ElfRun(plan, layout, output, yield* writeHeaders(plan, layout, new LostPages(), output), new LostPages());
  },
};
