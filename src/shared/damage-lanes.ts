/** The damage map as lanes: the file, all of memory, and each structure, region and CPU that is touched, to its own scale. */
import type { DamageEntry } from './check-model.ts';
import type { RegionJson } from './structure-model.ts';
import { cpuName, cpuNumbering } from './cpu-registers.ts';
import type { CpuJson } from './cpu-model.ts';

export interface LaneMark {
  readonly entry: DamageEntry;
  /** Left edge and width as shares of the lane. */
  readonly at: number;
  readonly share: number;
}
export interface Lane {
  readonly id: string;
  readonly label: string;
  /** Where the lane begins and ends, in words. */
  readonly from: string;
  readonly to: string;
  readonly marks: readonly LaneMark[];
}

interface Span {
  readonly start: bigint;
  readonly end: bigint;
}

/** More structures than fit are in the list below. */
const maxLanes = 10;
const lowcoreBytes = 0x2000n;
const hex = (value: bigint): string => `0x${value.toString(16)}`;

const absoluteSpan = ({ where }: DamageEntry): Span | undefined =>
  'space' in where && where.space === 'absolute' ? { start: BigInt(where.start), end: BigInt(where.end) } : undefined;
const fileSpan = ({ where }: DamageEntry): Span | undefined =>
  'space' in where ? undefined : { start: BigInt(where.fileOffset), end: BigInt(where.fileOffset + where.bytes) };

function laneOf(id: string, label: string, span: Span, damage: readonly DamageEntry[], spanOf: (entry: DamageEntry) => Span | undefined): Lane | undefined {
  const size = Number(span.end - span.start);
  if (size <= 0) return undefined;
  const marks = damage.flatMap((entry): LaneMark[] => {
    const own = spanOf(entry);
    if (own === undefined || own.end <= span.start || own.start >= span.end) return [];
    const from = own.start > span.start ? own.start : span.start;
    const to = own.end < span.end ? own.end : span.end;
    return [{ entry, at: Number(from - span.start) / size, share: Number(to - from) / size }];
  });
  return marks.length === 0 ? undefined : { id, label, from: hex(span.start), to: hex(span.end), marks };
}

/** What the lanes are of. */
export interface Damaged {
  readonly damage: readonly DamageEntry[];
  readonly fileBytes: number;
  readonly memoryEnd: bigint;
  readonly regions: readonly RegionJson[];
  readonly cpus: readonly CpuJson[];
}

export function damageLanes({ damage, fileBytes, memoryEnd, regions, cpus }: Damaged): readonly Lane[] {
  const numbering = cpuNumbering(cpus);
  const touched = new Set(damage.flatMap(({ structures }) => structures));
  const ofRegion = (region: RegionJson, index: number): Lane | undefined =>
    laneOf(`region-${index}`, region.name, { start: BigInt(region.start), end: BigInt(region.end) }, damage, absoluteSpan);
  const lanes = [
    laneOf('file', 'file', { start: 0n, end: BigInt(fileBytes) }, damage, fileSpan),
    laneOf('memory', 'memory', { start: 0n, end: memoryEnd }, damage, absoluteSpan),
    ...regions.filter(({ name, kind }) => touched.has(name) && kind !== 'lowcore').map(ofRegion),
    ...cpus
      .filter(({ id, prefix }) => prefix !== undefined && damage.some((entry) => entry.cpus.includes(id)))
      .map((cpu) => {
        const start = BigInt(cpu.prefix ?? '0x0');
        return laneOf(`cpu-${cpu.id}`, `lowcore, ${cpuName(cpu, numbering)}`, { start, end: start + lowcoreBytes }, damage, absoluteSpan);
      }),
  ];
  return lanes.filter((lane) => lane !== undefined).slice(0, maxLanes);
}
