/** Where the damage is: located findings and failed checks by address range, each with the structures, regions and CPUs that lie there. */
import type { CheckResult, DamageEntry } from '../../shared/check-model.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { RegionJson } from '../../shared/structure-model.ts';
import type { StructView } from '../layout/struct.ts';

type Place = NonNullable<Finding['where']>;

export interface Landscape {
  readonly regions: readonly RegionJson[];
  readonly cpus: readonly CpuJson[];
  /** Header structures with their place in the file. */
  readonly structures: readonly StructView[];
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckResult[];
  /** What the bytes of a check are. */
  readonly structureOf: (check: string) => string | undefined;
}

const severities = ['info', 'warning', 'error'] as const;
const lowcoreBytes = 0x2000n;

const keyOf = (place: Place): string => ('space' in place ? `${place.space} ${place.start} ${place.end}` : `file ${place.fileOffset} ${place.bytes}`);

/** Orders by file, then address space, then position. */
function orderOf(place: Place): readonly [number, bigint] {
  return 'space' in place ? [1, BigInt(place.start)] : [0, BigInt(place.fileOffset)];
}

interface Located {
  readonly id: string;
  readonly severity: Finding['severity'];
  readonly title: string;
  readonly where: Place;
}

/** Findings with a place, and every range of a failed check: one place that both name is one. */
function locatedOf({ findings, checks }: Landscape): readonly Located[] {
  const own = [...findings, ...checks.flatMap((check) => check.findings ?? [])].flatMap(({ id, severity, title, where }) =>
    where === undefined || severity === 'info' ? [] : [{ id, severity, title, where }],
  );
  const ofChecks = checks.flatMap((check): Located[] => {
    if (check.verdict !== 'failed') return [];
    const title = check.findings?.find(({ severity }) => severity === 'error')?.title ?? `Failed: ${check.title}`;
    return (check.ranges ?? []).map((where) => ({ id: check.id, severity: 'error', title, where }));
  });
  return [...own, ...ofChecks];
}

const overlaps = (start: bigint, end: bigint, other: { readonly start: string; readonly end: string }): boolean =>
  start < BigInt(other.end) && BigInt(other.start) < end;

/** Regions that say how pages are stored, or why they are not: nothing of the system lies there by that name. */
const statesOfPages: ReadonlySet<RegionJson['kind']> = new Set(['stored', 'zero', 'excluded', 'missing', 'mixed']);

function atPlace(place: Place, { regions, cpus, structures }: Landscape): Pick<DamageEntry, 'structures' | 'cpus'> {
  if (!('space' in place)) {
    const end = place.fileOffset + place.bytes;
    const inFile = structures.filter(
      ({ where, size }) => where !== undefined && 'fileOffset' in where && where.fileOffset < end && place.fileOffset < where.fileOffset + size,
    );
    return { structures: [...new Set(inFile.map(({ name }) => name))], cpus: [] };
  }
  const start = BigInt(place.start);
  const end = BigInt(place.end);
  if (place.space !== 'absolute') return { structures: [], cpus: [] };
  const names = regions.filter((region) => !statesOfPages.has(region.kind) && overlaps(start, end, region)).map(({ name }) => name);
  const owners = cpus.filter(({ prefix }) => prefix !== undefined && start < BigInt(prefix) + lowcoreBytes && BigInt(prefix) < end);
  return { structures: [...new Set([...(start < lowcoreBytes ? ['lowcore at absolute 0'] : []), ...names])], cpus: owners.map(({ id }) => id) };
}

/** More places than anybody reads; the findings themselves are all in the checks. */
const maxEntries = 1000;

export function damageMap(landscape: Landscape): DamageEntry[] {
  const entries = new Map<string, Located[]>();
  for (const located of locatedOf(landscape)) {
    const key = keyOf(located.where);
    entries.set(key, [...(entries.get(key) ?? []), located]);
  }
  return [...entries.values()]
    .flatMap((list): DamageEntry[] => {
      const [first] = list;
      if (first === undefined) return [];
      const severity = list.reduce<Finding['severity']>(
        (worst, one) => (severities.indexOf(one.severity) > severities.indexOf(worst) ? one.severity : worst),
        'info',
      );
      const { structures, cpus } = atPlace(first.where, landscape);
      const own = list.flatMap(({ id }) => landscape.structureOf(id.split('/')[0] ?? id) ?? []);
      const names = [...new Set([...own, ...structures])];
      return [{ where: first.where, severity, title: first.title, findings: [...new Set(list.map(({ id }) => id))], structures: names, cpus }];
    })
    .sort((left, right) => {
      const [[kind, at], [otherKind, otherAt]] = [orderOf(left.where), orderOf(right.where)];
      return kind - otherKind || (at < otherAt ? -1 : at > otherAt ? 1 : 0);
    })
    .slice(0, maxEntries);
}
