/** The registry of dump formats. Order decides: the first that says yes opens the file. */
import { DumpError } from '../../shared/dump-error.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { DumpFormat, DumpImage } from './dump-format.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { s390 } from './s390.ts';

export const dumpFormats: readonly DumpFormat[] = [s390, elfVmcore];

const probeBytes = 4096;

/** What an unknown file looks like, for the error message. */
function describeHead(head: Uint8Array): string {
  const start = head.subarray(0, 8);
  const digits = Buffer.from(start)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ');
  const printable = head.subarray(0, 512).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f));
  return printable ? 'it looks like a text file' : `it starts with the bytes ${digits}`;
}

/**
 * Recognises and opens a dump.
 * @throws DumpError not-this-format when no format knows it, corrupt when one does but its header cannot be used
 */
export function openDump(source: ByteSource): DumpImage {
  if (source.size === 0) throw new DumpError('not-this-format', { file: source.name, offset: 0 }, 'the file is empty', 'a dump');
  const head = new Uint8Array(Math.min(probeBytes, source.size));
  source.readInto(0, head);
  for (const format of dumpFormats) {
    const probe = format.probe(head, source);
    if (probe.answer === 'yes') return format.open(source);
    if (probe.answer === 'broken') {
      throw new DumpError('corrupt', { file: source.name, offset: probe.offset }, `${format.title}, but ${probe.what}`, probe.expected);
    }
  }
  const known = dumpFormats.map((format) => format.title).join(', ');
  throw new DumpError(
    'not-this-format',
    { file: source.name, offset: 0 },
    `not a dump that Dumpbench knows: ${describeHead(head)}`,
    `the header of one of: ${known}`,
  );
}
