import { concatBytes } from './byte-writer.ts';
import { defaultEndTod, encodeS390Header, s390EndMarker, s390Header, s390Magic, type S390Header } from './s390-standalone.ts';
import type { System } from './system.ts';

export interface S390TapeOptions {
  /** Uses the extended magic, which tape readers accept too. */
  readonly extendedMagic?: boolean;
  /** The 8-byte end marker of old tape dumpers. */
  readonly shortMarker?: boolean;
  readonly header?: Partial<S390Header>;
}

const recordSize = 32768;

/** The records of a tape dump one after the other: header, memory in whole records of 32768 bytes, end marker (s390-dump.md section 4). */
export function s390Tape(system: System, options: S390TapeOptions = {}): Uint8Array {
  const magic = options.extendedMagic === true ? s390Magic.extended : s390Magic.plain;
  const header = s390Header(system, 'zipl', { magic, ...options.header });
  const records = new Uint8Array(Math.ceil(system.memory.size / recordSize) * recordSize);
  records.set(system.memory.read(0, system.memory.size));
  const marker = s390EndMarker(defaultEndTod(header));
  return concatBytes([encodeS390Header(header), records, options.shortMarker === true ? marker.subarray(0, 8) : marker]);
}
