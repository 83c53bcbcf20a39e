/**
 * Which CPU of the kernel a set of registers is of. Containers list register sets in some order and leave out CPUs that saved none, so a place
 * in that order says little; what the registers and the kernel's own data have in common says more.
 */
import { cpuIdentityKinds, type CpuIdentityJson, type CpuIdentityKind } from '../../../shared/cpu-model.ts';

/** One thing that names a CPU. */
export interface CpuEvidence {
  readonly by: CpuIdentityKind;
  readonly linuxCpu: number;
  /** What it is, as a sentence continues: "its stack pointer lies in the kernel stack of CPU 1's task". */
  readonly text: string;
}

/** The stronger ones first; those further down count where nothing stronger speaks. */
const strength: readonly CpuIdentityKind[] = cpuIdentityKinds;
const rank = ({ by }: Pick<CpuEvidence, 'by'>): number => strength.indexOf(by);

export interface CpuIdentity {
  /** Undefined where nothing but the position speaks. */
  readonly linuxCpu: number | undefined;
  /** The same, else the number that the position suggests: to be used only where it is called so. */
  readonly assumed: number | undefined;
  readonly json: CpuIdentityJson;
}

const positionText = 'nothing in this dump says which CPU of the kernel it is: taken by its position';

/**
 * @param sets evidence of each set of registers, in the order of the dump
 * @param running numbers of the CPUs that ran; undefined where that is not known
 */
export function identifyCpus(sets: readonly (readonly CpuEvidence[])[], running: readonly number[] | undefined): readonly CpuIdentity[] {
  const best = sets.map((evidence) => [...evidence].sort((left, right) => rank(left) - rank(right)));
  const taken = new Set(best.flatMap(([first]) => first?.linuxCpu ?? []));
  const left = running?.filter((number) => !taken.has(number));
  const open = best.flatMap(([first], at) => (first === undefined ? [at] : []));
  return best.map(([first, ...others], at): CpuIdentity => {
    if (first !== undefined) {
      const against = others.filter(({ linuxCpu }) => linuxCpu !== first.linuxCpu);
      const detail = [first, ...others.filter(({ linuxCpu }) => linuxCpu === first.linuxCpu)].map(({ text }) => text).join('; ');
      const contradicted = against.map(({ text, linuxCpu }) => `CPU ${linuxCpu}: ${text}`);
      return {
        linuxCpu: first.linuxCpu,
        assumed: first.linuxCpu,
        json: { by: first.by, detail, ...(contradicted.length === 0 ? {} : { contradicted }) },
      };
    }
    const [only] = left ?? [];
    if (left?.length === 1 && open.length === 1 && only !== undefined)
      return { linuxCpu: only, assumed: only, json: { by: 'remaining', detail: `all other CPUs that ran are accounted for, so it is CPU ${only}` } };
    // A number that is proven of another set is not given by position too.
    const byPosition = taken.has(at) ? undefined : at;
    const assumed = left === undefined ? byPosition : left.length === open.length ? left[open.indexOf(at)] : undefined;
    const which = assumed === undefined ? '' : ` for CPU ${assumed}`;
    return { linuxCpu: undefined, assumed, json: { by: 'position', detail: `${positionText}${which}` } };
  });
}
