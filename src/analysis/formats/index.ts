/** The registry of dump formats. Order decides: the first that says yes opens the file. */
import { DumpError, ForeignFile, isDumpError } from '../../shared/dump-error.ts';
import { faultError, type ByteSource } from '../source/byte-source.ts';
import { fact } from '../../shared/fact.ts';
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import { finish, type Steps } from '../jobs/steps.ts';
import { isFlattened } from '../source/flattened-source.ts';
import { wrapperOf } from '../source/wrapper.ts';
import { cpuNoteFindings } from './cpu-notes.ts';
import type { DumpFormat, DumpImage, OpenContext, Probe } from './dump-format.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { flattenedParts, headOf, innerSource, probeBytes, streamFindings } from './flattened-parts.ts';
import { foreignElf } from './foreign-elf.ts';
import { foreignKind } from './foreign.ts';
import { kdumpCompressed } from './kdump-compressed.ts';
import { lkcd } from './lkcd.ts';
import { ngdump } from './ngdump.ts';
import { pvElf } from './pv-elf.ts';
import { s390 } from './s390.ts';
import { s390Ext } from './s390-ext.ts';
import { s390Mv } from './s390-mv.ts';
import { s390MvExt } from './s390-mv-ext.ts';
import { s390Tape } from './s390-tape.ts';
import { withContradictions } from './segment-overlaps.ts';
import { textDamage, textTransfer } from './text-transfer.ts';
import { vmdump } from './vmdump.ts';

export const dumpFormats: readonly DumpFormat[] = [s390MvExt, s390Mv, s390Tape, s390Ext, s390, lkcd, vmdump, pvElf, elfVmcore, kdumpCompressed, ngdump];

/** What a format takes a file for. */
function* probed(format: DumpFormat, head: Uint8Array, source: ByteSource): Steps<Probe> {
  const probe = format.probe(head, source);
  return probe.answer === 'yes' && format.lookDeeper !== undefined ? yield* format.lookDeeper(source) : probe;
}

function* takenBy(head: Uint8Array, source: ByteSource): Steps<DumpFormat | undefined> {
  for (const format of dumpFormats) if ((yield* probed(format, head, source)).answer !== 'no') return format;
  return undefined;
}

/** The format that takes a file for its own, broken or not; undefined for anything else. A flattened stream is asked for what is inside. */
export function* recognise(source: ByteSource): Steps<DumpFormat | undefined> {
  const head = headOf(source);
  if (!isFlattened(head)) return yield* takenBy(head, source);
  try {
    const inner = yield* innerSource(source);
    return yield* takenBy(headOf(inner), inner);
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

/** What an unknown file looks like, for the error message. */
function describeHead(head: Uint8Array): string {
  const start = head.subarray(0, 8);
  const digits = Buffer.from(start)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ');
  const printable = head.subarray(0, 512).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f));
  return `${printable ? 'it looks like a text file' : `it starts with the bytes ${digits}`}${displacedHeader(head)}`;
}

/** Magics that are nowhere by chance: of the two kinds of stand-alone dumps, kdump-compressed, a makedumpfile stream, and ELF64 in either order. */
const knownMagics: readonly (readonly [string, string])[] = [
  ['a8190173618f23fd', 'an s390 stand-alone dump'],
  ['a8190173618f23ed', 'an LKCD or s390 tape dump'],
  [Buffer.from('KDUMP   ').toString('hex'), 'a kdump-compressed file'],
  [Buffer.from('makedumpfile\0').toString('hex'), 'a makedumpfile stream'],
  ['7f454c460201010000', 'an ELF file'],
  ['7f454c460202010000', 'an ELF file'],
];

/** Where something may have been put before a dump: a sector, a header of a transfer, a byte. Other files hold such bytes too: a program that reads dumps, a disk. */
function displacedHeader(head: Uint8Array): string {
  const found = knownMagics
    .map(([digits, name]) => ({ name, at: Buffer.from(head.buffer, head.byteOffset, head.byteLength).indexOf(Buffer.from(digits, 'hex')) }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at)[0];
  return found === undefined
    ? ''
    : `, and what looks like the header of ${found.name} is at 0x${found.at.toString(16)}: if something was put before a dump, tail -c +${found.at + 1} FILE > OUT leaves it out`;
}

/** The dump inside a flattened stream; positions in it are those of the file that the stream describes. */
function* openFlattened(outer: ByteSource, context: OpenContext | undefined): Steps<DumpImage> {
  const stream = yield* innerSource(outer);
  if (stream.size === 0)
    throw new DumpError(
      'truncated',
      { file: outer.name, offset: 0x10 },
      'a makedumpfile stream that ends after its header: it has no record',
      'the records of a dump',
    );
  if (!stream.complete) refuseForeign(outer, yield* changedByText(outer, { title: 'makedumpfile stream' }));
  const image = yield* openInner(stream, context);
  const findings = streamFindings(stream);
  return {
    ...image,
    container: {
      ...image.container,
      flattened: true,
      complete: fact(image.container.complete.value && stream.complete, `${image.container.complete.source}; records of the flattened stream`),
    },
    findings: [...findings, ...image.findings],
  };
}

/** An image with what all formats have in common, and as the user says that it lies in memory. */
function completed(image: DumpImage, context: OpenContext | undefined): DumpImage {
  const physBase = context?.physBase;
  const given = physBase === undefined ? {} : { physBase: { value: physBase, source: 'given by the user', given: true } };
  return withContradictions({ ...image, ...given, findings: [...image.findings, ...cpuNoteFindings(image.notes)] });
}

/** What a transfer in text mode did to a file that begins like a dump. */
function* changedByText(source: ByteSource, format: Pick<DumpFormat, 'title'>, isComplete = false): Steps<ForeignKind | undefined> {
  const damage = yield* textDamage(source, isComplete);
  return damage === undefined ? undefined : textTransfer(damage, format.title);
}

/** @throws ForeignFile */
function refuseForeign(source: ByteSource, kind: ForeignKind | undefined): void {
  if (kind !== undefined) throw new ForeignFile({ file: source.name, offset: 0 }, kind);
}

/** A header that cannot be used may be one that a transfer in text mode has changed. */
function* openAs(format: DumpFormat, source: ByteSource, context: OpenContext | undefined): Steps<DumpImage> {
  try {
    return yield* format.open(source, context);
  } catch (error) {
    if (isDumpError(error) && (error.kind === 'corrupt' || error.kind === 'truncated')) refuseForeign(source, yield* changedByText(source, format));
    throw error;
  }
}

function* openInner(source: ByteSource, context: OpenContext | undefined): Steps<DumpImage> {
  if (source.size === 0) throw new DumpError('not-this-format', { file: source.name, offset: 0 }, 'the file is empty', 'a dump');
  const head = new Uint8Array(Math.min(probeBytes, source.size));
  const got = source.readInto(0, head);
  const fault = got < head.length ? source.faultAt?.(got) : undefined;
  // Nothing can be told from zeros in the place of a header.
  if (fault !== undefined) throw faultError(fault);
  if (isFlattened(head)) return yield* openFlattened(source, context);
  for (const format of dumpFormats) {
    const probe = yield* probed(format, head, source);
    if (probe.answer === 'yes') {
      const image = yield* openAs(format, source, context);
      // Also of a file that has all that its header promises: line ends that were put in make it longer.
      // So many headers, each where the one before it leads, show that none was put in or taken out.
      refuseForeign(source, yield* changedByText(source, format, image.partial !== undefined || image.container.complete.value));
      return completed(image, context);
    }
    if (probe.answer === 'broken') {
      refuseForeign(source, yield* foreignElf(source));
      refuseForeign(source, yield* changedByText(source, format));
      const kind = probe.offset >= source.size ? 'truncated' : 'corrupt';
      throw new DumpError(kind, { file: source.name, offset: probe.offset }, `${format.title}, but ${probe.what}`, probe.expected);
    }
  }
  const wrapper = wrapperOf(head);
  if (wrapper !== undefined) {
    const what = wrapper.name === 'tar' || wrapper.name === 'zip' ? `it is a ${wrapper.name} archive` : `it is packed with ${wrapper.name}`;
    throw new DumpError('unsupported', { file: source.name, offset: 0 }, what, `the dump itself; unpack it first: ${wrapper.unpack}`);
  }
  const foreign = foreignKind({ head, source });
  if (foreign !== undefined) throw new ForeignFile({ file: source.name, offset: 0 }, foreign);
  const known = dumpFormats.map((format) => format.title).join(', ');
  throw new DumpError(
    'not-this-format',
    { file: source.name, offset: 0 },
    `not a dump that Dumpbench knows: ${describeHead(head)}`,
    `the header of one of: ${known}`,
  );
}

/**
 * Recognises and opens a dump.
 * @param context gives the other files of a set; without it a set of several files opens with what one of them holds
 * @throws DumpError not-this-format when no format knows it, corrupt when one does but its header cannot be used
 */
export function* openDumpInSteps(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  if (context === undefined) return yield* openInner(source, context);
  const parts = flattenedParts(context);
  return parts.asStored(yield* openInner(source, parts.context), source);
}

/** The same at once: for threads that do nothing else. */
export const openDump = (source: ByteSource, context?: OpenContext): DumpImage => finish(openDumpInSteps(source, context));
