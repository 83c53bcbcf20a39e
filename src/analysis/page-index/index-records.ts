/** The small facts of a dump as rows, from the shapes that `--json` prints. */
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { NoteJson, RegionJson } from '../../shared/structure-model.ts';

type Rows = readonly (readonly unknown[])[];
export type RecordTables = Readonly<Record<string, Rows>>;

/**
 * Absolute addresses are integers in SQL. SQLite's have 64 bits with a sign, so addresses from 2^63 on, which no machine
 * has, wrap to negative numbers rather than lose bits.
 */
const address = (hex: string): bigint => BigInt.asIntN(64, BigInt(hex));
const optionalAddress = (hex: string | undefined): bigint | undefined => (hex === undefined ? undefined : address(hex));

/** Rows of `region`. */
export function regionRows(regions: readonly RegionJson[]): RecordTables {
  return { region: regions.map(({ name, start, end, kind, fileOffset }) => [name, address(start), address(end), kind, fileOffset]) };
}

/** Rows of `cpu` and `register`. */
export function cpuRows(cpus: readonly CpuJson[]): RecordTables {
  const cpu = cpus.map((one) => [
    one.id,
    one.linuxCpu,
    one.cpuAddress,
    one.state,
    optionalAddress(one.prefix),
    one.psw?.mask,
    one.psw?.address,
    one.psw?.decoded.text,
    one.fpc,
    one.timer,
    one.todClock,
    one.clockComparator,
    one.todProgrammable,
    one.breakingEventAddress,
    one.source,
  ]);
  const register = cpus.flatMap((one) => {
    const numbered = (letter: string, values: readonly string[] | undefined): Rows => (values ?? []).map((value, i) => [one.id, `${letter}${i}`, value]);
    const named = Object.entries(one.registers ?? {}).map(([name, value]) => [one.id, name, value]);
    return [
      ...numbered('r', one.gprs),
      ...numbered('a', one.acrs),
      ...numbered('c', one.crs),
      ...numbered('f', one.fprs),
      ...numbered('v', one.vxrs),
      ...named,
    ];
  });
  return { cpu, register };
}

/** Rows of `note`. */
export function noteRows(notes: Iterable<NoteJson>): RecordTables {
  return { note: Array.from(notes, ({ owner, type, name, cpu, fileOffset, bytes }, position) => [position, owner, type, name, cpu, fileOffset, bytes]) };
}

/** Rows of `finding`. */
export function findingRows(findings: readonly Finding[]): RecordTables {
  const finding = findings.map((one, position) => {
    const { where } = one;
    const place = where === undefined || 'fileOffset' in where ? undefined : where;
    const file = where === undefined || !('fileOffset' in where) ? undefined : where;
    const value = (hex: string | undefined): unknown => (hex === undefined || place?.space === 'virtual' ? hex : address(hex));
    const where_ = [place?.space ?? (file === undefined ? undefined : 'file'), value(place?.start), value(place?.end), file?.fileOffset, file?.bytes];
    return [position, one.id, one.severity, one.title, one.detail, ...where_, one.recorded, one.computed];
  });
  return { finding };
}
