/** Where the state of a CPU comes from, and whether its second record agrees. */
import { cpuName, cpuNumbering, identityText } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { PlaceText } from '../../widgets/PlaceText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';

const sources: Readonly<Record<CpuJson['source'], string>> = {
  note: 'registers from ELF notes',
  lowcore: 'registers from the save area in its lowcore',
  header: 'registers from the header of the dump',
  memory: "known from the kernel's own memory",
};

export function CpuFacts({ dump, cpu, cpus }: { readonly dump: OpenDump; readonly cpu: CpuJson; readonly cpus: readonly CpuJson[] }) {
  const facts = [
    ...(cpu.linuxCpu === undefined ? [] : [`Linux CPU ${cpu.linuxCpu}`]),
    ...(cpu.cpuAddress === undefined ? [] : [`CPU address ${cpu.cpuAddress}`]),
    ...(cpu.identity?.by === 'kernel' ? ['the dump has no record of it'] : [`position ${cpu.id} in the dump`]),
    sources[cpu.source],
  ];
  // The check compares the record with the status that was stored in the lowcore.
  const name = cpuName(cpu, cpuNumbering(cpus));
  const check = dump.checks.find(({ id }) => id === 'cross-registers');
  const step = check?.steps?.find((one) => one.check === name);
  const identity = identityText(cpu);
  const said = step?.detail ?? check?.detail;
  return (
    <>
      <p className="dim">{facts.join(' · ')}</p>
      {cpu.withoutRegisters === undefined ? null : (
        <p data-testid="without-registers">
          <Hostile text={cpu.withoutRegisters.detail} />
        </p>
      )}
      {identity === undefined ? null : (
        <p className={cpu.identity?.by === 'position' || cpu.identity?.contradicted !== undefined ? 'tone-warn' : 'dim'} data-testid="cpu-identity">
          Which CPU: <PlaceText dump={dump.key} text={identity} />
        </p>
      )}
      {check === undefined || said === undefined || check.verdict === 'not-applicable' ? null : (
        <p className={step?.passed === true ? 'tone-ok' : step?.passed === false ? 'tone-bad' : 'dim'} data-testid="cross-check">
          Second record: <PlaceText dump={dump.key} text={said} />
        </p>
      )}
    </>
  );
}
