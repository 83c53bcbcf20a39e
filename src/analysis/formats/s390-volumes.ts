/** The volumes of a multi-volume stand-alone dump, put together from whatever files are at hand (s390-dump.md section 4). */
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';
import { parse } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { no, yes, type ContainerFacts, type DumpImage, type OpenContext, type Probe } from './dump-format.ts';
import { RangeColumns } from './range-columns.ts';
import { s390Header } from './s390-header.ts';
import { memoryBytesOf } from './segment-columns.ts';
import { headFault, unreadableVolume } from './unreadable-volume.ts';
import { probeHeader, readStandaloneHeader, standaloneHeaderBytes, standaloneImage, type StandaloneHeader, type StandaloneParts } from './standalone-dump.ts';

export interface Volume {
  readonly source: ByteSource;
  readonly header: StandaloneHeader;
}

export interface VolumeSet {
  /** Ascending by volume number. */
  readonly volumes: readonly [Volume, ...Volume[]];
  /** Header of the first of them. */
  readonly head: Uint8Array;
  readonly findings: readonly Finding[];
  /** Files at hand that a finding names as not used. */
  readonly unused: readonly string[];
}

function headerOf(source: ByteSource): StandaloneHeader | undefined {
  const head = new Uint8Array(standaloneHeaderBytes);
  return source.readInto(0, head) < head.length ? undefined : parse(s390Header, head);
}

const isUnusedHeader = (header: StandaloneHeader, signature: bigint): boolean =>
  header.magic === 0n && header.mem_size === 0n && header.mvdump_sign === signature;

/** A partition that was prepared for a set but not needed: its header is empty but for the signature, which is the magic of the set. */
function isUnusedVolume(head: Uint8Array, signature: bigint): boolean {
  if (head.length < standaloneHeaderBytes) return false;
  const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // The header of a dump that something was put before has its version and its size there, no time stamp.
  const isDisplaced = data.getUint32(0x208) < 0x100 && data.getUint32(0x20c) === standaloneHeaderBytes;
  return data.getBigUint64(0) === 0n && data.getBigUint64(0x200) === signature && data.getBigUint64(0x18) === 0n && !isDisplaced;
}

const sameRun = (left: StandaloneHeader, right: StandaloneHeader): boolean =>
  left.tod === right.tod && left.cpu_id === right.cpu_id && left.mem_size === right.mem_size;

const unneeded = (source: ByteSource): Finding => ({
  id: 'volume-set/unused',
  severity: 'info',
  title: 'A volume was not needed',
  detail: `${source.name} was prepared for a multi-volume dump, but holds no data`,
});

/** A file that has no place in the set: an error when the user named it, else only worth a word. */
function stranger(source: ByteSource, header: StandaloneHeader | undefined, magic: bigint, named: boolean): Finding | undefined {
  if (header?.magic === magic && header.mvdump === 1) {
    return {
      id: 'volume-set/other-run',
      severity: named ? 'error' : 'info',
      title: named ? 'A volume of another dump was named' : 'A volume of another dump is in the same folder',
      detail: `${source.name} is volume ${header.volnr} of a dump that was started at ${todToIso(header.tod) ?? 'an unknown time'}; it is not used`,
    };
  }
  if (!named) return undefined;
  const detail = `${source.name} is not a volume of such a dump; it is not used`;
  return { id: 'volume-set/no-volume', severity: 'error', title: 'A file that was named is not a volume', detail };
}

/** The first file that holds data: an unused volume leads to the others of its set. */
function firstVolume(source: ByteSource, signature: bigint, context: OpenContext | undefined): Volume {
  const own = headerOf(source);
  if (own === undefined || !isUnusedHeader(own, signature)) return { source, header: readStandaloneHeader(source).header };
  for (const candidate of context?.companions() ?? []) {
    const header = headerOf(candidate);
    if (header?.magic === signature && header.mvdump === 1) return { source: candidate, header: readStandaloneHeader(candidate).header };
  }
  throw new DumpError(
    'absent',
    { file: source.name, offset: 0 },
    'this volume was prepared for a multi-volume dump but not needed: it holds no data',
    'one of the volumes that hold data',
  );
}

/**
 * Collects the files that belong to the same dump. Volumes of other runs are reported, not used.
 * @param signature magic of the volumes, and signature of the unused ones
 * @throws DumpError when the header of the first volume cannot be used
 */
export function collectVolumes(source: ByteSource, signature: bigint, context: OpenContext | undefined): VolumeSet {
  const first = firstVolume(source, signature, context);
  const { header } = first;
  const named = context?.named === true;
  const volumes: [Volume, ...Volume[]] = [first];
  const findings: Finding[] = [];
  const unused: string[] = [];
  const leaveOut = (file: ByteSource, finding: Finding | undefined): void => {
    if (finding === undefined) return;
    findings.push(finding);
    unused.push(file.name);
  };
  if (first.source !== source) leaveOut(source, unneeded(source));
  for (const candidate of context?.companions() ?? []) {
    if (candidate === first.source) continue;
    const other = headerOf(candidate);
    if (other !== undefined && isUnusedHeader(other, signature)) {
      leaveOut(candidate, unneeded(candidate));
      continue;
    }
    if (other?.magic !== signature || other.mvdump !== 1 || !sameRun(other, header)) {
      const fault = other === undefined ? headFault(candidate) : undefined;
      if (fault === undefined) leaveOut(candidate, stranger(candidate, other, signature, named));
      else findings.push(unreadableVolume(fault));
      continue;
    }
    const twin = volumes.find((volume) => volume.header.volnr === other.volnr);
    if (twin === undefined) volumes.push({ source: candidate, header: other });
    else {
      leaveOut(candidate, {
        id: 'volume-set/duplicate',
        severity: 'warning',
        title: 'A volume is present twice',
        detail: `${candidate.name} and ${twin.source.name} are both volume ${other.volnr} of this dump; the latter is used`,
      });
    }
  }
  const order = volumes.map((volume) => volume.header.volnr);
  volumes.sort((a, b) => a.header.volnr - b.header.volnr);
  if (named && order.some((number, index) => number !== volumes[index]?.header.volnr)) {
    findings.push({
      id: 'volume-set/order',
      severity: 'info',
      title: 'The volumes were named in another order',
      detail: `they were given as volumes ${order.join(', ')}; their headers give the order, which is used`,
    });
  }
  return { volumes, head: readStandaloneHeader(volumes[0].source).head, findings, unused };
}

/** Findings for volume numbers below the highest one that no file has. */
export function missingVolumes(volumes: readonly Volume[]): Finding[] {
  const highest = volumes.at(-1)?.header.volnr ?? 0;
  const findings: Finding[] = [];
  // A damaged number must not make thousands of findings.
  for (let number = 0; number < Math.min(highest, 32); number += 1) {
    if (volumes.some((volume) => volume.header.volnr === number)) continue;
    findings.push({
      id: 'volume-set/missing-part',
      severity: 'error',
      title: 'A volume is missing',
      detail: `volume ${number} of this dump is not at hand; the others are looked for in the same folder, by their headers`,
    });
  }
  return findings;
}

const volumeFacts = (volumes: readonly Volume[]): NonNullable<ContainerFacts['volumes']> =>
  volumes.map(({ source, header }) => ({ path: source.name, bytes: source.size, number: header.volnr }));

/** Headers of all volumes but the first: with another volume at hand it is another dump. */
const otherHeaders = ([, ...others]: readonly Volume[]): DumpImage['headerRanges'] =>
  others.map(({ source }) => ({ offset: 0, bytes: standaloneHeaderBytes, source }));

interface VolumeSetParts extends Pick<StandaloneParts, 'format' | 'marker' | 'findings' | 'memory' | 'segments'> {
  /** The volume that the marker is in. */
  readonly markerSource: ByteSource | undefined;
}

/** Puts the image of a set together: its machine and times are those of its first volume. */
export function volumeSetImage({ volumes, head, unused }: VolumeSet, { markerSource, ...parts }: VolumeSetParts): DumpImage {
  const { source, header } = volumes[0];
  return standaloneImage({
    ...parts,
    source,
    head,
    header,
    ...defined({ markerSource }),
    ranges: RangeColumns.merged([{ start: 0n, end: header.mem_size }]),
    container: { volumes: volumeFacts(volumes), unused, storedBytes: memoryBytesOf(parts.segments) },
    otherHeaders: otherHeaders(volumes),
  });
}

/** Whether a file begins as a volume of a set does; `magic` tells the two kinds of sets apart. */
export function probeVolume(head: Uint8Array, magic: bigint): Probe {
  if (head.length < 8) return no;
  if (isUnusedVolume(head, magic)) return yes;
  const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (data.getBigUint64(0) !== magic || head.length <= 0x5c || data.getUint8(0x5c) !== 1) return no;
  return probeHeader(head);
}
