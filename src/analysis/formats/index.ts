/** The registry of dump formats. Order decides: the first that says yes opens the file. */
import { defined } from '../../shared/defined.ts';
import { DumpError, ForeignFile, isDumpError } from '../../shared/dump-error.ts';
import { faultError, type ByteSource } from '../source/byte-source.ts';
import { dumpDeviceText, type DumpDeviceJson } from '../../shared/disk-model.ts';
import { fact, type Fact } from '../../shared/fact.ts';
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { Finding } from '../../shared/model.ts';
import { finish, type Steps } from '../jobs/steps.ts';
import { isFlattened } from '../source/flattened-source.ts';
import { wrapperOf } from '../source/wrapper.ts';
import { readPartitionRecord } from '../disk/zipl-record.ts';
import { capsule } from './capsule.ts';
import { cpuNoteFindings } from './cpu-notes.ts';
import { diskJson, bootRecordDump, labelledDiskDump, type DiskDump, type Recognise } from './disk-parts.ts';
import { diskVolumes, memberOf } from './disk-volumes.ts';
import { dumpDeviceFindings } from './dump-device.ts';
import type { DumpFormat, DumpImage, OpenContext, Probe } from './dump-format.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { flattenedParts, headOf, innerSource, probeBytes, streamFindings } from './flattened-parts.ts';
import { foreignElf } from './foreign-elf.ts';
import { foreignKind } from './foreign.ts';
import { kdumpCompressed } from './kdump-compressed.ts';
import { givenMemory, openGivenMemory } from './given-memory.ts';
import { avml, lime } from './lime.ts';
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

export const dumpFormats: readonly DumpFormat[] = [
  s390MvExt,
  s390Mv,
  s390Tape,
  s390Ext,
  s390,
  lkcd,
  vmdump,
  pvElf,
  elfVmcore,
  kdumpCompressed,
  ngdump,
  lime,
  avml,
  capsule,
  givenMemory,
];

/** What a format takes a file for. */
function* probed(format: DumpFormat, head: Uint8Array, source: ByteSource): Steps<Probe> {
  const probe = format.probe(head, source);
  return probe.answer === 'yes' && format.lookDeeper !== undefined ? yield* format.lookDeeper(source) : probe;
}

const takes: Recognise = function* (source) {
  const head = headOf(source);
  for (const format of dumpFormats) {
    const probe = yield* probed(format, head, source);
    if (probe.answer !== 'no') return { format, probe };
  }
  return undefined;
};

/** The format of the dump on a disk; undefined where there is none, or several. */
function* takenOnDisk(source: ByteSource): Steps<DumpFormat | undefined> {
  try {
    const dump = yield* labelledDiskDump(source, undefined, takes);
    return dump === undefined ? undefined : (yield* takes(dump.source))?.format;
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

/** The format that takes a file for its own, broken or not; undefined for anything else. A flattened stream and a disk are asked for what is inside. */
export function* recognise(source: ByteSource): Steps<DumpFormat | undefined> {
  if (!isFlattened(headOf(source))) return (yield* takes(source))?.format ?? (yield* takenOnDisk(source));
  try {
    return (yield* takes(yield* innerSource(source)))?.format;
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
  if (context?.communicationKey !== undefined && image.isDecrypted !== true)
    throw new DumpError(
      'unsupported',
      { file: image.source.name },
      `a customer communication key was given, and this dump (${image.format}) is not one of a secure guest`,
      'an encrypted ELF dump of a secure guest, or no key',
    );
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

/** @param told hears of the disk where the file is one */
function* openInner(source: ByteSource, context: OpenContext | undefined, told?: (dump: DiskDump) => void): Steps<DumpImage> {
  if (source.size === 0) throw new DumpError('not-this-format', { file: source.name, offset: 0 }, 'the file is empty', 'a dump');
  const head = new Uint8Array(Math.min(probeBytes, source.size));
  const got = source.readInto(0, head);
  const fault = got < head.length ? source.faultAt?.(got) : undefined;
  // Nothing can be determined from zeros in the place of a header.
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
  const onDisk = yield* labelledDiskDump(source, memberOf(context, source), takes);
  if (onDisk !== undefined) {
    told?.(onDisk);
    return yield* openOnDisk(onDisk, context);
  }
  const wrapper = wrapperOf(head);
  if (wrapper !== undefined) {
    const what = wrapper.name === 'tar' || wrapper.name === 'zip' ? `it is a ${wrapper.name} archive` : `it is packed with ${wrapper.name}`;
    throw new DumpError('unsupported', { file: source.name, offset: 0 }, what, `the dump itself; unpack it first: ${wrapper.unpack}`);
  }
  const foreign = foreignKind({ head, source, isUnclaimed: true });
  if (foreign !== undefined) throw new ForeignFile({ file: source.name, offset: 0 }, foreign);
  const byBootRecord = yield* bootRecordDump(source, memberOf(context, source), takes);
  if (byBootRecord !== undefined) {
    told?.(byBootRecord);
    return yield* openOnDisk(byBootRecord, context);
  }
  const prepared = readPartitionRecord(source);
  if (prepared !== undefined)
    throw new DumpError(
      'absent',
      { file: source.name, offset: 0 },
      `a partition that zipl prepared for a dump, and no dump in it (${dumpDeviceText(prepared.device)})`,
      'the header of a dump at its beginning',
    );
  const known = dumpFormats
    .filter((format) => format !== givenMemory)
    .map((format) => format.title)
    .join(', ');
  throw new DumpError(
    'not-this-format',
    { file: source.name, offset: 0 },
    `not a dump that Dumpbench knows: ${describeHead(head)}`,
    `the header of one of: ${known}`,
  );
}

/** The dump tool that a disk was prepared for; NGDump's file system is a record of its own. */
function deviceOf(device: DumpDeviceJson | undefined, { format, container: { version } }: DumpImage): Fact<DumpDeviceJson> | undefined {
  if (device !== undefined) return fact(device, 'record of zipl on the disk');
  return format === 'ngdump' ? fact({ tool: 'ngdump', ...defined({ version }) }, 'ngdump.meta in the file system') : undefined;
}

/** The dump in a partition; positions in it are those in the partition. */
function* openOnDisk(dump: DiskDump, context: OpenContext | undefined): Steps<DumpImage> {
  const image = yield* openInner(dump.source, context);
  const { record, disk } = dump;
  const device = deviceOf(record?.device, image);
  return {
    ...image,
    container: {
      ...image.container,
      disk: diskJson(dump),
      ...defined({ dumpDevice: device }),
    },
    findings: [...disk.findings, ...dumpDeviceFindings(dump, image), ...image.findings],
  };
}

/** What a mounted device is read as may change. */
function mountedFinding({ file }: ByteSource): Finding[] {
  if (file?.mounted === undefined) return [];
  return [
    {
      id: 'container-complete/mounted',
      severity: 'warning',
      title: 'The device is mounted for writing',
      detail: `it is mounted at ${file.mounted.join(', ')}: what is read from it may change in the meantime`,
    },
  ];
}

/**
 * Recognises and opens a dump.
 * @param context gives the other files of a set; without it a set of several files opens with what one of them holds
 * @throws DumpError not-this-format when no format knows it, corrupt when one does but its header cannot be used
 */
export function* openDumpInSteps(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  // The bytes may look like anything: what the user says of them is the last word.
  if (context?.memoryAt !== undefined) return completed(yield* openGivenMemory(source, context, context.memoryAt), context);
  const member = memberOf(context, source);
  const given = context ?? { companions: () => [] };
  const parts = flattenedParts(given);
  let own: DiskDump | undefined;
  const disks = diskVolumes(parts.context, takes, () => own);
  const image = yield* openInner(source, context === undefined ? undefined : disks.context, (dump) => {
    own = dump;
  });
  if (member !== undefined && image.container.disk === undefined)
    throw new DumpError('absent', { file: source.name }, `it is one dump (${image.format}), and has no part named ${member}`, 'only the name of the file');
  const stored = parts.asStored(disks.asStored(image, source), source);
  const mounted = mountedFinding(source);
  return mounted.length === 0 ? stored : { ...stored, findings: [...mounted, ...stored.findings] };
}

/** The same at once: for threads that do nothing else. */
export const openDump = (source: ByteSource, context?: OpenContext): DumpImage => finish(openDumpInSteps(source, context));
