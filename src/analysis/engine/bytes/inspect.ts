/** `inspect`: what the bytes at a place can be read as, beyond plain integers. Only readings that make sense are given. */
import { isDumpError } from '../../../shared/dump-error.ts';
import { ebcdicTables } from '../../../shared/ebcdic-tables.ts';
import type { InterpretationJson } from '../../../shared/inspect-model.ts';
import { schemaVersion, type AddressSpace } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { pageEntryText, tableEntryText } from '../../arch/s390x/dat-entry.ts';
import { isPlausiblePsw, pswText } from '../../arch/s390x/psw.ts';
import { microsecondsToIso, todToIso } from '../../arch/s390x/tod-clock.ts';
import { addressSpace } from './address-space.ts';
import { readMemory, type ReadRequest } from './read.ts';
import type { Session } from '../session/session.ts';
import { append } from '../../../shared/append.ts';

const wanted = 16;
const previewBytes = 16;
/** Moments that a dump of Linux can hold: 1990 to 2100. */
const earliest = 631_152_000n;
const latest = 4_102_444_800n;

const printable = (code: number): string => (code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0) ? String.fromCharCode(code) : '·');

/** Latin-1 text of EBCDIC bytes, code page 1047. */
function ebcdicText(bytes: Uint8Array): string {
  const rows = ebcdicTables['1047'];
  return Array.from(bytes, (byte) => {
    const row = rows[byte >> 4] ?? '';
    const at = (byte & 15) * 2;
    return printable(Number.parseInt(row.slice(at, at + 2), 16));
  }).join('');
}

function floats(view: DataView, length: number, little: boolean): InterpretationJson[] {
  const order = little ? 'little' : 'big';
  const found: InterpretationJson[] = [];
  if (length >= 4) found.push({ name: `f32 ${order}`, text: String(view.getFloat32(0, little)) });
  if (length >= 8) found.push({ name: `f64 ${order}`, text: String(view.getFloat64(0, little)) });
  return found;
}

function times(value64: bigint | undefined, value32: number): InterpretationJson[] {
  const found: InterpretationJson[] = [];
  const unix = (name: string, microseconds: bigint): void => {
    const seconds = microseconds / 1_000_000n;
    if (seconds >= earliest && seconds < latest) found.push({ name, text: microsecondsToIso(microseconds) });
  };
  unix('time, u32 seconds', BigInt(value32) * 1_000_000n);
  if (value64 === undefined) return found;
  unix('time, u64 seconds', value64 * 1_000_000n);
  unix('time, u64 nanoseconds', value64 / 1000n);
  return found;
}

const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');

/** The number as an address: where it leads and what is there. Nothing where the dump has nothing there. */
function pointer(session: Session, space: AddressSpace, address: bigint, cpu: number | undefined): InterpretationJson | undefined {
  if (address < 0x100n || address + BigInt(previewBytes) > 1n << 64n) return undefined;
  try {
    const where = space === 'virtual' ? addressSpace(session, { cpu }).walk(address).absolute : undefined;
    if (space === 'virtual' && where === undefined) return undefined;
    const { data, absent } = readMemory(session, { space, address, length: previewBytes, cpu });
    if (absent.length > 0) return undefined;
    const bytes = Array.from(data.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const through = where === undefined ? '' : `absolute ${hex(where)}: `;
    return { name: `as ${space} address`, text: `${through}${bytes} ${textOf(data)}`, place: { space, address: hex(address) } };
  } catch (error) {
    // No such space in this dump: no reading.
    if (isDumpError(error)) return undefined;
    throw error;
  }
}

/** @throws DumpError when the place itself cannot be read */
export function inspectPlace(session: Session, place: Omit<ReadRequest, 'length'>): { schema: typeof schemaVersion; readings: InterpretationJson[] } {
  const left = (1n << 64n) - place.address;
  const { data, absent } = readMemory(session, { ...place, length: left < BigInt(wanted) ? Number(left) : wanted });
  const firstGap = absent.reduce((first, gap) => Math.min(first, Number(BigInt(gap.start) - place.address)), data.length);
  const bytes = data.subarray(0, Math.max(0, firstGap));
  if (bytes.length < 4) return { schema: schemaVersion, readings: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { arch, endian } = session.image.machine;
  const isMainframe = architectures[arch].features.has('psw');
  const little = endian === 'little';
  const value = bytes.length >= 8 ? view.getBigUint64(0, little) : undefined;
  const readings: InterpretationJson[] = [];
  const add = (name: string, text: string | undefined): void => {
    if (text !== undefined) readings.push({ name, text });
  };
  // What proves itself comes first: it leads somewhere, or its bits are what they must be. Any bytes are numbers with a fraction.
  if (value !== undefined) {
    const spaces: readonly AddressSpace[] = ['absolute', 'virtual'];
    for (const space of spaces) {
      const found = pointer(session, space, value, place.cpu);
      if (found !== undefined) readings.push(found);
    }
  }
  const isAligned = bytes.length >= 16 && place.address % 8n === 0n;
  const psw = isMainframe && value !== undefined && isAligned ? { mask: value, address: view.getBigUint64(8) } : undefined;
  if (psw !== undefined && isPlausiblePsw(psw)) add('PSW', pswText(psw));
  if (isMainframe && value !== undefined) {
    const tod = todToIso(value);
    add('TOD clock', tod !== undefined && tod < '2100' && tod > '1990' ? tod : undefined);
  }
  append(readings, times(value, view.getUint32(0, little)));
  if (isMainframe && value !== undefined) {
    add('page-table entry', pageEntryText(value));
    add('table entry', tableEntryText(value));
  }
  // Other machines keep no text so.
  if (isMainframe) add('EBCDIC 1047', ebcdicText(bytes));
  for (const isLittle of [false, true]) append(readings, floats(view, bytes.length, isLittle));
  return { schema: schemaVersion, readings };
}
