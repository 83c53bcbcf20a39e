/** LiME and AVML files: physical memory in ranges, without registers, notes, or a name of the machine (lime.md, avml.md). */
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { hex, type AddressRange } from '../../shared/units.ts';
import type { Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { parse, view } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage, type OpenContext, type Probe, type Segment } from './dump-format.ts';
import { headlessMachine } from './headless-machine.ts';
import { fileMark, wordBytes } from './file-mark.ts';
import { AVML_MAGIC, LIME_MAGIC, limeHeader } from './lime-layout.ts';
import { kindOf, walkRanges, wrongHeader, type RangeKind, type RangeWalk } from './lime-ranges.ts';
import { RangeColumns } from './range-columns.ts';
import { memoryBytesOf } from './segment-columns.ts';
import { manySegments } from './segment-memory.ts';

/** AVML splits ranges into pieces of this size and leaves out those that are zeros alone. */
const avmlBlock = 16n << 20n;

/** Byte order by the magic; undefined for another file. LiME writes it in the machine's, AVML little-endian alone. */
function endianOf(head: Uint8Array): Endian | undefined {
  if (head.length < 4) return undefined;
  const magic = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if ([LIME_MAGIC, AVML_MAGIC].includes(magic.getUint32(0, true))) return 'little';
  return magic.getUint32(0) === LIME_MAGIC ? 'big' : undefined;
}

const probeFor =
  (kind: RangeKind): DumpFormat['probe'] =>
  (head): Probe => {
    const endian = endianOf(head);
    if (endian === undefined) return no;
    const magic = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0, endian === 'little');
    if (magic !== (kind === 'lime' ? LIME_MAGIC : AVML_MAGIC)) return no;
    if (head.length < limeHeader.size) return broken(head.length, `the file ends after ${head.length} bytes`, `a header of ${limeHeader.size} bytes`);
    const header = parse(limeHeader, head, { endian });
    const wrong = wrongHeader(header);
    return wrong !== undefined && kindOf(header) === undefined ? broken(wrong.at, wrong.what, wrong.expected) : yes;
  };

/** What memory in such a file cannot say. */
function limits({ kinds, largestRange, segments }: RangeWalk): readonly Finding[] {
  if (!kinds.has('avml') && largestRange !== avmlBlock) return [];
  const detail = `AVML leaves out blocks of ${hex(avmlBlock)} bytes that hold only zeros, and does not record it: what none of the ${segments.length} ranges holds was not memory, or was zeros`;
  return [{ id: 'container-complete/zero-blocks', severity: 'info', title: 'Blocks of zeros are not in the file', detail }];
}

const rangeOf = ({ start, memoryBytes }: Segment): AddressRange => ({ start, end: start + memoryBytes });

function* ranges(segments: Iterable<Segment>): Generator<AddressRange, undefined> {
  for (const segment of segments) yield rangeOf(segment);
  return undefined;
}

function* open(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  const endian = endianOf(readExactly(source, 0, limeHeader.size, 'the first header')) ?? 'little';
  const walk = yield* walkRanges(source, endian, (position) => context?.reached?.(position, source.size));
  const { segments, kinds } = walk;
  if (segments.length === 0) {
    const [why] = walk.findings;
    throw new DumpError(
      'corrupt',
      { file: source.name, offset: 0 },
      `none of its ranges can be read: ${why?.detail ?? 'there is no header'}`,
      'a header of a range',
    );
  }
  const memory = yield* manySegments(source, walk.pieces, walk.heldBytes);
  const held = yield* RangeColumns.mergedInSteps(ranges(segments), segments.length);
  const machine = yield* headlessMachine({
    file: source.name,
    memory,
    ranges: held,
    given: context?.machine,
    endian,
    reached: (address) => context?.reached?.(Number(address), Number(memory.end)),
  });
  const isComplete = !walk.findings.some(({ severity }) => severity === 'error');
  return {
    format: kinds.has('avml') ? 'avml' : 'lime',
    source,
    container: {
      version: kinds.has('avml') ? 2 : 1,
      ...(kinds.has('avml') ? { producer: fact('AVML', 'magic of the ranges'), compression: fact('snappy', 'framed Snappy in each range') } : {}),
      flattened: false,
      complete: fact(isComplete, 'headers of the ranges and file size; the file does not record how many there are'),
      storedBytes: memoryBytesOf(segments),
    },
    machine: { ...machine, bits: 64, isSought: true },
    times: {},
    memory,
    ranges: held,
    segments,
    notes: [],
    cpuNotes: false,
    prefixes: [],
    structures: walk.headers.map((at) => view(limeHeader, readExactly(source, at, limeHeader.size, 'a header'), { endian, where: { fileOffset: at } })),
    findings: [...walk.findings, ...limits(walk)],
    headerRanges: walk.headers.map((at) => ({ offset: at, bytes: limeHeader.size })),
  };
}

export const lime: DumpFormat = {
  id: 'lime',
  title: 'LiME memory image',
  about: 'the kernel module LiME, and AVML without compression',
  extensions: ['lime', 'mem', 'dump'],
  fileType: {
    extension: 'lime',
    mimeType: 'application/x-lime-memory',
    title: 'LiME memory image',
    magic: [[fileMark(0, wordBytes(BigInt(LIME_MAGIC), 4, 'little'))], [fileMark(0, wordBytes(BigInt(LIME_MAGIC), 4))]],
  },
  probe: probeFor('lime'),
  open,
};

export const avml: DumpFormat = {
  id: 'avml',
  title: 'AVML memory image',
  about: 'AVML with compression, in virtual machines of clouds',
  extensions: ['avml', 'lime', 'dump'],
  fileType: {
    extension: 'avml',
    mimeType: 'application/x-avml-memory',
    title: 'AVML memory image',
    magic: [[fileMark(0, wordBytes(BigInt(AVML_MAGIC), 4, 'little'))]],
  },
  probe: probeFor('avml'),
  open,
};
