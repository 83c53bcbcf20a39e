/**
 * Files of memory without any header, at addresses that the user gives: what `dd` or a hypervisor writes (memory.md). No probe says yes, because
 * nothing in such a file says what it is.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { no, type DumpFormat, type DumpImage, type OpenContext, type Segment } from './dump-format.ts';
import { headlessMachine } from './headless-machine.ts';
import { RangeColumns } from './range-columns.ts';
import { manySegments } from './segment-memory.ts';

const largest = BigInt(Number.MAX_SAFE_INTEGER);

interface Part {
  readonly source: ByteSource;
  readonly start: bigint;
}

/** Each file with its address. @throws DumpError where they do not fit together */
function partsOf(source: ByteSource, context: OpenContext, addresses: readonly bigint[]): readonly Part[] {
  const others = context.named === true ? context.companions() : [];
  const sources = [source, ...others];
  if (sources.length !== addresses.length)
    throw new DumpError(
      'unsupported',
      { file: source.name },
      `there are ${sources.length} ${sources.length === 1 ? 'file' : 'files'} and ${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}`,
      'one address for each file, in the same order',
    );
  return sources.map((one, index) => {
    const start = addresses[index] ?? 0n;
    if (one.size === 0) throw new DumpError('not-this-format', { file: one.name, offset: 0 }, 'the file is empty', 'memory');
    if (start + BigInt(one.size) > largest)
      throw new DumpError(
        'unsupported',
        { file: one.name },
        `the memory at ${hex(start)} would end at ${hex(start + BigInt(one.size))}`,
        'an address below 2^53',
      );
    return { source: one, start };
  });
}

/** Pages of the kernel begin at multiples of their size: at another address nothing of it is found. */
const unaligned = ({ source, start }: Part): readonly Finding[] =>
  start % BigInt(pageSize) === 0n
    ? []
    : [
        {
          id: 'container-complete/address',
          severity: 'warning',
          title: 'The address of a file is not a multiple of a page',
          detail: `${source.name} is put at ${hex(start)}: if a header precedes the memory in it, everything is found in the wrong place`,
        },
      ];

/**
 * @param addresses of the first byte of each file: of `source`, then of those that the user named
 * @throws DumpError unsupported where files and addresses do not fit, or nothing says the machine
 */
export function* openGivenMemory(source: ByteSource, context: OpenContext, addresses: readonly bigint[]): Steps<DumpImage> {
  const parts = partsOf(source, context, addresses);
  const segments = parts.map(({ source: one, start }, index): Segment => ({
    index,
    fileOffset: 0,
    fileBytes: one.size,
    start,
    memoryBytes: BigInt(one.size),
    ...(one === source ? {} : { source: one }),
  }));
  const memory = yield* manySegments(
    source,
    segments.map(({ start, memoryBytes, source: one }) => ({
      start,
      end: start + memoryBytes,
      state: 'stored' as const,
      fileOffset: 0,
      ...(one === undefined ? {} : { source: one }),
    })),
  );
  const ranges = RangeColumns.merged(segments.map(({ start, memoryBytes }) => ({ start, end: start + memoryBytes })));
  const machine = yield* headlessMachine({
    file: source.name,
    memory,
    ranges,
    given: context.machine,
    endian: undefined,
    reached: (address) => context.reached?.(Number(address), Number(memory.end)),
  });
  return {
    format: 'memory',
    source,
    container: {
      flattened: false,
      complete: fact(true, 'all bytes of the files; nothing in them says how much memory there was'),
      storedBytes: segments.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
      ...(parts.length === 1 ? {} : { volumes: parts.map(({ source: one }, index) => ({ path: one.name, bytes: one.size, number: index })) }),
    },
    machine: { ...machine, bits: 64, isSought: true },
    times: {},
    memory,
    ranges,
    segments,
    notes: [],
    cpuNotes: false,
    prefixes: [],
    structures: [],
    findings: parts.flatMap(unaligned),
    headerRanges: parts.map(({ source: one }) => ({ offset: 0, bytes: Math.min(pageSize, one.size), source: one })),
    placement: [machine.arch, ...parts.map(({ source: one, start }) => `${hex(start)}+${one.size}`)].join(' '),
  };
}

export const givenMemory: DumpFormat = {
  id: 'memory',
  title: 'raw memory at given addresses',
  about: 'any tool that copies memory unchanged: dd, a hypervisor, LiME with format=padded',
  extensions: ['raw', 'mem', 'bin'],
  probe: () => no,
  *open(source, context) {
    const addresses = context?.memoryAt ?? [0n];
    return yield* openGivenMemory(source, context ?? { companions: () => [] }, addresses);
  },
};
