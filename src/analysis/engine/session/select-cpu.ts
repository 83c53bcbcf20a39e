/** Which CPU a number means. */
import { cpuNumbering, numberingWords } from '../../../shared/cpu-registers.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { Session } from './session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

/** @throws DumpError absent, naming the CPUs that there are and what their numbers mean */
export function selectCpu(session: Session, number: number): CpuJson {
  const { cpus } = machineCpus(session);
  const key = cpuNumbering(cpus);
  const found = cpus.find((cpu) => cpu[key] === number);
  if (found === undefined) {
    const known = cpus.map((cpu) => cpu[key]).join(', ');
    throw new DumpError(
      'absent',
      { file: session.path },
      `there is no CPU ${number}`,
      known === '' ? 'a dump with CPUs' : `one of ${known} (${numberingWords[key]})`,
    );
  }
  return found;
}

/**
 * Prefix of the CPU by which a real address is meant.
 * @throws DumpError absent where there is no such CPU, or its prefix is not in the dump
 */
export function selectPrefix(session: Session, number: number): bigint {
  const { prefix } = selectCpu(session, number);
  if (prefix === undefined) throw new DumpError('absent', { file: session.path }, `the prefix of CPU ${number} is not in the dump`, 'a prefix register');
  return BigInt(prefix);
}
