/** Which CPU a number means. */
import { DumpError } from '../../shared/dump-error.ts';
import type { CpuJson } from '../../shared/model.ts';
import type { Session } from './session.ts';

/** `--cpu N` means linuxCpu when every CPU has one, else the position in the dump (CLI.md). */
export function cpuNumbering(cpus: readonly CpuJson[]): 'linuxCpu' | 'id' {
  return cpus.length > 0 && cpus.every((cpu) => cpu.linuxCpu !== undefined) ? 'linuxCpu' : 'id';
}

export function selectCpu(session: Session, number: number): CpuJson {
  const { cpus } = session.cpuSet;
  const key = cpuNumbering(cpus);
  const found = cpus.find((cpu) => cpu[key] === number);
  if (found === undefined) {
    const known = cpus.map((cpu) => cpu[key]).join(', ');
    throw new DumpError(
      'absent',
      { file: session.path },
      `there is no CPU ${number}`,
      known === '' ? 'a dump with CPUs' : `one of ${known} (${key === 'linuxCpu' ? 'Linux CPU numbers' : 'positions in the dump'})`,
    );
  }
  return found;
}
