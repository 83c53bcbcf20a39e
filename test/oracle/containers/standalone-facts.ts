/** `*.facts.txt`: header, segments and end marker of a stand-alone dump, and its memory next to that of the dump it copies. */
import { createHash } from 'node:crypto';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import type { FieldJson } from '../../../src/shared/structure-model.ts';
import { pageSize } from '../../../src/shared/units.ts';
import type { Facts } from '../facts.ts';

type Value = string | number | boolean;

const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;
const numberOf = (text: string): string => (text.startsWith('0x') ? hexOf(text.slice(2)) : `0x${BigInt(text).toString(16)}`);

/** Fields of the header in the text, and what base they are printed in. */
const headerFields =
  /\b(hdr_size|page_size|mem_size|mem_start|mem_end|num_pages|mem_size_real|tod|zlib_entry_size|version|dump_level|arch|volnr|build_arch|mvdump|cpu_cnt|real_cpu_cnt|zlib_version|mvdump_zipl_time) (0x[0-9a-f]+|\d+)\b/g;
const hexFields = /\b(magic|cpu_id|mvdump_sign) ([0-9a-f]{16})\b/g;
const ourNames: Readonly<Record<string, string>> = { zlib_version: 'zlib_version_s390' };

/** Facts of one file in the text; of a set, of the volume whose name is after `==`. */
export function statedFacts(text: string): Facts {
  const facts = new Map<string, Value>();
  let segment = 0;
  let volume = -1;
  for (const line of text.split('\n')) {
    if (line.startsWith('== ')) volume += 1;
    const inHeader = /^(magic|mem_size|tod|mvdump|header)/.test(line);
    if (inHeader && volume <= 0) {
      for (const [, name = '', value = ''] of line.replace(/ = .*UTC/, '').matchAll(headerFields))
        facts.set(`header ${ourNames[name] ?? name}`, numberOf(value));
      for (const [, name = '', value = ''] of line.matchAll(hexFields)) facts.set(`header ${name}`, hexOf(value));
    }
    const time = /^tod .* = (\S+) (\S+) UTC/.exec(line);
    if (time !== null) facts.set('start', `${time[1] ?? ''}T${time[2] ?? ''}Z`);
    if (line.startsWith('lc_vec ')) facts.set('prefixes', line.slice('lc_vec '.length));
    const header = /segment header: start (0x[0-9a-f]+) len (0x[0-9a-f]+) stop_marker (\w+) size_on_disk 0; data at (0x[0-9a-f]+)/.exec(line);
    if (header !== null) {
      facts.set(`segment ${segment}`, `${header[1] ?? ''} ${header[2] ?? ''} at ${header[4] ?? ''}`);
      segment += 1;
    }
    const marker = /^(0x[0-9a-f]+) end marker 'DUMP_END' tod 0x[0-9a-f]+ = (\S+) (\S+) UTC/.exec(line);
    if (marker !== null) {
      facts.set('end marker', numberOf(marker[1] ?? '0'));
      facts.set('end', `${marker[2] ?? ''}T${marker[3] ?? ''}Z`);
    }
    const digest = /^sha256 of the reassembled memory \[0,(0x[0-9a-f]+)\) ([0-9a-f]{64})/.exec(line);
    if (digest !== null) facts.set(`memory to ${digest[1] ?? ''}`, digest[2] ?? '');
  }
  facts.set('segments', segment);
  return facts;
}

function memoryDigest({ image: { memory } }: Session): string {
  const hash = createHash('sha256');
  const step = new Uint8Array(1 << 20);
  for (let at = 0n; at < memory.end; at += BigInt(step.length)) {
    const part = memory.end - at < BigInt(step.length) ? step.subarray(0, Number(memory.end - at)) : step;
    memory.read(at, part);
    hash.update(part);
  }
  return hash.digest('hex');
}

const valueOf = (field: FieldJson): string | undefined =>
  field.value === undefined || (typeof field.value === 'string' && !field.value.startsWith('0x')) ? undefined : `0x${BigInt(field.value).toString(16)}`;

export function answeredFacts(session: Session): Facts {
  const facts = new Map<string, Value>();
  const { image } = session;
  for (const field of image.structures.find(({ name }) => name === 'df_s390_hdr')?.fields ?? []) {
    const value = valueOf(field);
    if (value !== undefined) facts.set(`header ${field.name}`, value);
  }
  facts.set('prefixes', image.prefixes.map((prefix) => `0x${prefix.toString(16)}`).join(' '));
  [...image.segments].forEach((segment, index) => {
    facts.set(`segment ${index}`, `0x${segment.start.toString(16)} 0x${segment.memoryBytes.toString(16)} at 0x${segment.fileOffset.toString(16)}`);
  });
  facts.set('segments', image.segments.length);
  const { dumpStart, dumpEnd } = image.times;
  if (dumpStart !== undefined) facts.set('start', dumpStart.value);
  if (dumpEnd !== undefined) facts.set('end', dumpEnd.value);
  if (image.endMarker?.present === true) facts.set('end marker', `0x${image.endMarker.fileOffset.toString(16)}`);
  facts.set(`memory to 0x${image.memory.end.toString(16)}`, memoryDigest(session));
  return facts;
}

export interface PageDifference {
  readonly address: string;
  readonly bytes: number;
  readonly first: string;
  readonly last: string;
}

/** `0x00001000:  134 bytes, offsets 0x20a..0x3bf`: pages that differ from those of the copied dump. */
export const statedDifferences = (text: string): PageDifference[] =>
  [...text.matchAll(/^ {2}0x([0-9a-f]+): +(\d+) bytes, offsets (0x[0-9a-f]+)\.\.(0x[0-9a-f]+)$/gm)].map(
    ([, address = '0', bytes = '0', first = '', last = '']) => ({
      address: hexOf(address),
      bytes: Number(bytes),
      first,
      last,
    }),
  );

/** MiBs that the dump does not hold although the copied one has data there. */
export const statedAbsences = (text: string): string[] => {
  const list = /^MiBs that are not stored and not zero in the source: (.*)$/m.exec(text)?.[1] ?? 'none';
  return [...list.matchAll(/\b0x([0-9a-f]+)\b/g)].map(([, digits = '0']) => hexOf(digits));
};

/** The same by our reading of both. Pages that the copy has no bytes of are not compared. */
export function differences(copy: Session, source: Session): { readonly pages: PageDifference[]; readonly absentMebibytes: string[] } {
  const pages: PageDifference[] = [];
  const absent = new Set<string>();
  const [ours, theirs] = [new Uint8Array(pageSize), new Uint8Array(pageSize)];
  for (const { start, end, state } of copy.image.memory.extents) {
    if (state === 'zero') continue;
    // In a MiB that is held in part, nobody knows how far the dumper came before it stopped.
    const wholeEnd = (end >> 20n) << 20n;
    for (let at = start; at < end; at += BigInt(pageSize)) {
      source.image.memory.read(at, theirs);
      if (state !== 'stored') {
        if (theirs.some((byte) => byte !== 0)) absent.add(`0x${((at >> 20n) << 20n).toString(16)}`);
        continue;
      }
      if (at >= wholeEnd) continue;
      copy.image.memory.read(at, ours);
      if (Buffer.compare(ours, theirs) === 0) continue;
      const offsets = [...ours.keys()].filter((index) => ours[index] !== theirs[index]);
      pages.push({
        address: `0x${at.toString(16)}`,
        bytes: offsets.length,
        first: `0x${(offsets[0] ?? 0).toString(16)}`,
        last: `0x${(offsets.at(-1) ?? 0).toString(16)}`,
      });
    }
  }
  return { pages, absentMebibytes: [...absent] };
}
