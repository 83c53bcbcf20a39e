/**
 * An evidence capsule as a dump: the pages that it cites, and nothing else of the memory that it was made from (dumpcase.md section 3). Whether it
 * is what was signed is not asked here; `capsule verify` is.
 */
import * as v from 'valibot';
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { architectureNames } from '../arch/architecture-name.ts';
import type { Steps } from '../jobs/steps.ts';
import { view } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { no, yes, type DumpFormat, type DumpImage, type Segment } from './dump-format.ts';
import { fileMark } from './file-mark.ts';
import { caseExtension, caseMediaType, caseMember, caseStart, isCase, memberHeader, membersOf, type CaseMember } from './dumpcase-layout.ts';
import type { MemoryPiece } from './memory-piece.ts';
import { RangeColumns } from './range-columns.ts';
import { manySegments } from './segment-memory.ts';

const address = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{1,13}$/),
  v.transform((text) => BigInt(text)),
);
/** What a capsule says of the dump that it was made from, as far as its pages need it. */
const dumpSchema = v.object({
  fileName: v.string(),
  info: v.object({
    machine: v.object({ arch: v.picklist(architectureNames), endianness: v.picklist(['big', 'little']), bits: v.picklist([32, 64]) }),
    memory: v.object({ ranges: v.array(v.object({ start: address, end: address })) }),
  }),
});
const pfn = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(Math.floor(Number.MAX_SAFE_INTEGER / pageSize)));
const pagesSchema = v.object({ pages: v.array(v.object({ pfn, kind: v.picklist(['page', 'zero', 'absent']) })) });

function member<T>(source: ByteSource, { name, offset, bytes }: CaseMember, schema: v.GenericSchema<unknown, T>): T {
  const wrong = (what: string): DumpError =>
    new DumpError('corrupt', { file: source.name, offset }, `${name} ${what}`, 'a capsule in the form that capsule make writes');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(readExactly(source, offset, bytes, name)).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('is not JSON');
    throw error;
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw wrong(`does not have the expected form: ${v.summarize(parsed.issues)}`);
  return parsed.output;
}

const notCited = 'the capsule does not cite the page';
const notInDump = 'the page is not in the dump that the capsule was made from';

/** Pages in runs of one kind; what is not cited of the dump's memory was left out. */
function* piecesOf(
  pages: v.InferOutput<typeof pagesSchema>['pages'],
  ranges: readonly { readonly start: bigint; readonly end: bigint }[],
  start: number,
): Generator<MemoryPiece & { readonly stored: number }, undefined> {
  let offset = start;
  for (let at = 0; at < pages.length;) {
    const [first, from] = [pages[at], at];
    if (first === undefined) return undefined;
    while (pages[at]?.kind === first.kind && pages[at]?.pfn === first.pfn + (at - from)) at += 1;
    const range = { start: BigInt(first.pfn) * BigInt(pageSize), end: BigInt(first.pfn + (at - from)) * BigInt(pageSize) };
    const stored = first.kind === 'page' ? (at - from) * pageSize : 0;
    if (first.kind === 'page') yield { ...range, state: 'stored', fileOffset: offset, stored };
    else if (first.kind === 'zero') yield { ...range, state: 'zero', stored };
    else yield { ...range, state: 'missing', reason: notInDump, stored };
    offset += stored;
  }
  for (const range of ranges) yield { ...range, state: 'excluded', reason: notCited, stored: 0 };
  return undefined;
}

const about = (fileName: string, count: number): Finding => ({
  id: 'container-complete/capsule',
  severity: 'warning',
  title: 'An evidence capsule',
  detail: `it was made from ${fileName}, holds the ${count === 1 ? 'page' : `${count} pages`} that its report cites, and no registers, notes, or other memory. What happened is described in its report. Neither its signature nor its proofs were checked when it was opened`,
});

function* open(source: ByteSource): Steps<DumpImage> {
  const members = membersOf(source);
  const named = (name: string): CaseMember | undefined => members.find((one) => one.name === name);
  const [dump, proofs, stored] = [named(caseMember.dump), named(caseMember.proofs), named(caseMember.pages)];
  if (dump === undefined)
    throw new DumpError('corrupt', { file: source.name }, `the capsule has no ${caseMember.dump}`, 'a capsule in the form that capsule make writes');
  const { fileName, info } = member(source, dump, dumpSchema);
  const { pages } = proofs === undefined ? { pages: [] } : member(source, proofs, pagesSchema);
  const pieces = [...piecesOf(pages, info.memory.ranges, stored?.offset ?? source.size)];
  const memory = yield* manySegments(source, pieces);
  const segments = pieces
    .filter((piece) => piece.stored > 0)
    .map(({ start, end, fileOffset = 0, stored: fileBytes }, index): Segment => ({ index, fileOffset, fileBytes, start, memoryBytes: end - start }));
  const { arch, endianness, bits } = info.machine;
  return {
    format: 'capsule',
    source,
    container: {
      producer: fact('Dumpbench', 'statement of the capsule'),
      flattened: false,
      complete: fact((stored?.bytes ?? 0) === segments.reduce((sum, { fileBytes }) => sum + fileBytes, 0), 'pages that the proofs cover'),
      storedBytes: stored?.bytes ?? 0,
    },
    machine: { arch, archSource: 'what the capsule says about its dump', endian: endianness, bits },
    times: {},
    memory,
    ranges: RangeColumns.merged(info.memory.ranges),
    segments,
    notes: [],
    cpuNotes: false,
    prefixes: [],
    structures: members.map(({ at }) =>
      view(memberHeader, readExactly(source, at, memberHeader.size, 'the header of a member'), { where: { fileOffset: at } }),
    ),
    findings: [about(fileName, pages.length)],
    headerRanges: members
      .filter(({ name }) => name === caseMember.statement || name === caseMember.signer)
      .map(({ at, offset, bytes }) => ({ offset: at, bytes: offset + bytes - at })),
  };
}

export const capsule: DumpFormat = {
  id: 'capsule',
  title: 'evidence capsule',
  about: 'Dumpbench: a signed report with the pages that it cites',
  extensions: [caseExtension],
  fileType: { extension: caseExtension, mimeType: caseMediaType, title: 'Evidence capsule of a dump', magic: [[fileMark(memberHeader.size, caseStart)]] },
  probe: (head) => (isCase(head) ? yes : no),
  open,
};
