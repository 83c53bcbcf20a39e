/** What differs between two dumps outside their pages: CPUs, lowcores, os_info, vmcoreinfo, named regions, notes. */
import type { CompareRemark, Difference, DifferenceSection } from '../../shared/compare-model.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { LowcoreJson, OsInfoJson, RegionJson } from '../../shared/structure-model.ts';
import { differingFields, flatten, type Fields } from './fields.ts';
import { matchCpus, pairNumber, type CpuIdentity } from './match-cpus.ts';
import { differingNotes, type ComparedNotes } from './notes.ts';

/** What is compared of a dump; undefined where it does not have it. */
export interface ComparedStructures {
  readonly cpus: readonly CpuJson[];
  readonly lowcores: readonly LowcoreJson[];
  readonly osInfo: OsInfoJson | undefined;
  readonly vmcoreinfo: Readonly<Record<string, string>> | undefined;
  readonly regions: readonly RegionJson[];
  readonly ranges: readonly { readonly start: string; readonly end: string }[];
  readonly notes: ComparedNotes;
}

export type StructureDifferences = Readonly<Record<DifferenceSection, readonly Difference[]>>;

/** @returns the differences, and what could not be compared */
export function compareStructures(
  left: ComparedStructures,
  right: ComparedStructures,
): { readonly differences: StructureDifferences; readonly remarks: readonly CompareRemark[] } {
  const remarks: CompareRemark[] = [];
  const both = <T>(
    section: DifferenceSection,
    what: string,
    one: T | undefined,
    other: T | undefined,
    compare: (left: T, right: T) => Difference[],
  ): Difference[] => {
    if (one !== undefined && other !== undefined) return compare(one, other);
    if (one !== undefined || other !== undefined)
      remarks.push({ kind: 'only-in-one', section, text: `${what} only in the ${one === undefined ? 'right' : 'left'} dump` });
    return [];
  };
  const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
  const differences: StructureDifferences = {
    cpus: both('cpus', 'CPU registers are', some(left.cpus), some(right.cpus), (one, other) => perCpu(one, other, cpuFields, cpuFieldBytes)),
    lowcore: both('lowcore', 'readable lowcores are', some(left.lowcores), some(right.lowcores), (one, other) =>
      perCpu(one, other, lowcoreFields, lowcoreFieldBytes),
    ),
    osinfo: both('osinfo', 'os_info is', left.osInfo, right.osInfo, (one, other) => differingFields(osInfoFields(one), osInfoFields(other))),
    vmcoreinfo: both('vmcoreinfo', 'vmcoreinfo is', left.vmcoreinfo, right.vmcoreinfo, (one, other) => differingFields(flatten(one), flatten(other))),
    regions: differingFields(regionFields(left), regionFields(right)),
    notes: both('notes', 'notes are', someNotes(left.notes), someNotes(right.notes), differingNotes),
  };
  return { differences, remarks };
}

function perCpu<T extends CpuIdentity>(
  left: readonly T[],
  right: readonly T[],
  fieldsOf: (cpu: T) => Fields,
  bytesOf: (cpu: T, field: string) => number | undefined,
): Difference[] {
  return matchCpus(left, right).flatMap((pair): Difference[] => {
    const number = pairNumber(pair);
    const cpu = defined({ cpu: number });
    if (pair.left === undefined) return [{ ...cpu, field: 'cpu', right: 'in the dump' }];
    if (pair.right === undefined) return [{ ...cpu, field: 'cpu', left: 'in the dump' }];
    const [one, other] = [pair.left, pair.right];
    return differingFields(...withoutUnrecorded(fieldsOf(one), fieldsOf(other)), number).map((difference) => ({
      ...difference,
      ...defined({ bytes: bytesOf(difference.left === undefined ? other : one, difference.field) }),
    }));
  });
}

/** Register files: one that a dump does not record at all is one difference, not one for each register. */
const files = ['gprs', 'acrs', 'crs', 'fprs', 'vxrs'] as const;
const prefixes: Readonly<Record<(typeof files)[number], string>> = { gprs: 'r', acrs: 'a', crs: 'c', fprs: 'f', vxrs: 'v' };

function cpuFields(cpu: CpuJson): Fields {
  const fields = new Map<string, string>();
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) fields.set(name, String(value));
  };
  put('prefix', cpu.prefix);
  put('cpuAddress', cpu.cpuAddress);
  put('psw.mask', cpu.psw?.mask);
  put('psw.address', cpu.psw?.address);
  for (const file of files) {
    cpu[file]?.forEach((value, index) => {
      // The high half of v0 to v15 is the floating-point register, which has its own line.
      put(`${prefixes[file]}${index}`, file === 'vxrs' && index < 16 ? lowHalf(value) : value);
    });
  }
  put('fpc', cpu.fpc);
  put('timer', cpu.timer);
  put('todClock', cpu.todClock);
  put('clockComparator', cpu.clockComparator);
  put('todProgrammable', cpu.todProgrammable);
  put('breakingEventAddress', cpu.breakingEventAddress);
  for (const [name, value] of Object.entries(cpu.registers ?? {})) put(name, value);
  return fields;
}

/** The Principles of Operation, "Control": the sizes of the registers; other architectures save theirs in 8 bytes each. */
function cpuFieldBytes({ registers }: CpuJson, field: string): number | undefined {
  if (registers?.[field] !== undefined || /^(?:psw\.(?:mask|address)|[rcf]\d+|timer|todClock|clockComparator|breakingEventAddress)$/.test(field)) return 8;
  if (/^(?:a\d+|prefix|fpc|todProgrammable)$/.test(field)) return 4;
  const vector = /^v(\d+)$/.exec(field);
  return vector === null ? undefined : Number(vector[1]) < 16 ? 8 : 16;
}

const lowHalf = (value: string): string => `0x${(BigInt(value) & ((1n << 64n) - 1n)).toString(16)}`;

function withoutUnrecorded(left: Fields, right: Fields): [Fields, Fields] {
  const [one, other] = [new Map(left), new Map(right)];
  for (const file of files) {
    const first = `${prefixes[file]}0`;
    if (left.has(first) === right.has(first)) continue;
    const numbered = new RegExp(`^${prefixes[file]}\\d+$`);
    const held = left.has(first) ? one : other;
    for (const name of [...held.keys()]) if (numbered.test(name)) held.delete(name);
    held.set(`${prefixes[file]}0-`, 'recorded');
  }
  return [one, other];
}

function lowcoreFields(lowcore: LowcoreJson): Fields {
  const fields = new Map([['layout', lowcore.layout.name]]);
  for (const { name, value } of lowcore.fields) if (value !== undefined) fields.set(name, String(value));
  return fields;
}

const lowcoreFieldBytes = ({ fields }: LowcoreJson, field: string): number | undefined => fields.find(({ name }) => name === field)?.size;

/** Not what the decisions say of each step, only how they end. */
const notCompared = new Set(['schema', 'steps', 'id']);

function osInfoFields({ entries, ...rest }: OsInfoJson): Fields {
  const fields = flatten(rest, notCompared);
  for (const { name, ...entry } of entries) for (const [field, value] of flatten(entry, notCompared, name)) fields.set(field, value);
  return fields;
}

/** Pages show how the containers differ; what is compared here is what the dumped system had where. */
export const comparedRegionKinds: ReadonlySet<RegionJson['kind']> = new Set(['crashkernel', 'kernel', 'lowcore', 'structure']);

function regionFields({ regions, ranges }: ComparedStructures): Fields {
  const fields = new Map<string, string>();
  const put = (name: string, range: { readonly start: string; readonly end: string }): void => {
    let unique = name;
    for (let number = 2; fields.has(unique); number += 1) unique = `${name} (${number})`;
    fields.set(unique, `${range.start}-${range.end}`);
  };
  for (const range of ranges) put('memory', range);
  for (const region of regions) if (comparedRegionKinds.has(region.kind)) put(region.name, region);
  return fields;
}

/** Undefined where there is none. */
const someNotes = (notes: ComparedNotes): ComparedNotes | undefined => (notes.at(0) === undefined ? undefined : notes);
