/** Which CPU of one dump is which of another (docs/contract.md section 2: linuxCpu, then prefix); never by position unless nothing else is known. */

export interface CpuIdentity {
  readonly id?: number | undefined;
  readonly linuxCpu?: number | undefined;
  readonly prefix?: string | undefined;
}

export interface CpuPair<T> {
  readonly left?: T;
  readonly right?: T;
}

/**
 * Pairs in the order of the left dump, then what only the right one has. A number that a damaged dump gives twice
 * matches once.
 */
export function matchCpus<T extends CpuIdentity>(left: readonly T[], right: readonly T[]): readonly CpuPair<T>[] {
  const free = new Set(right);
  const partner = new Map<T, T>();
  const matchBy = (key: (cpu: T) => string | number | undefined): void => {
    for (const cpu of left) {
      const wanted = key(cpu);
      if (wanted === undefined || partner.has(cpu)) continue;
      for (const other of free) {
        if (key(other) !== wanted) continue;
        partner.set(cpu, other);
        free.delete(other);
        break;
      }
    }
  };
  matchBy((cpu) => cpu.linuxCpu);
  // Two CPUs whose numbers are known and differ are two CPUs, wherever their lowcores lie.
  for (const cpu of left) {
    if (partner.has(cpu) || cpu.prefix === undefined) continue;
    for (const other of free) {
      if (other.prefix !== cpu.prefix || (other.linuxCpu !== undefined && cpu.linuxCpu !== undefined)) continue;
      partner.set(cpu, other);
      free.delete(other);
      break;
    }
  }
  const nameless = [...left, ...right].every((cpu) => cpu.linuxCpu === undefined && cpu.prefix === undefined);
  if (nameless) matchBy((cpu) => cpu.id);
  return [
    ...left.map((cpu): CpuPair<T> => {
      const other = partner.get(cpu);
      return other === undefined ? { left: cpu } : { left: cpu, right: other };
    }),
    ...[...free].map((cpu): CpuPair<T> => ({ right: cpu })),
  ];
}

/** The number by which a difference names a pair. */
export function pairNumber<T extends CpuIdentity>({ left, right }: CpuPair<T>): number | undefined {
  return left?.linuxCpu ?? right?.linuxCpu ?? left?.id ?? right?.id;
}
