import { given, type CaseArguments } from './case-arguments.ts';
import type { CaseDraft } from './case-draft.ts';
import { applyDamage, damageNames } from './damage.ts';
import { writeDumperTraces } from './dumper-traces.ts';
import { lowcoreKernels } from './s390x-lowcore.ts';
import { s390xSystem, type S390xSystemOptions } from './s390x-system.ts';
import { twoSystems } from './two-systems.ts';

const states = ['kdump', 'disabled-wait', 'running'] as const;
const producers = ['kexec-tools', 'kernel', 'none'] as const;

/** A whole described system instead of single statements about memory and CPUs. */
export function systemStatement(draft: CaseDraft, values: CaseArguments): void {
  if (draft.touched) throw new Error('"system" must come before the statements that write memory');
  if (draft.arch !== 's390x') throw new Error('only s390x systems can be described as a whole');
  const name = values.word('name of the system').text;
  if (name !== 'healthy' && name !== 'two') throw new Error(`system "${name}" is not known; there are: healthy, two`);
  const options = given<S390xSystemOptions>({
    kernel: values.keyedChoice('kernel', lowcoreKernels),
    memorySize: values.keyedSafe('memory'),
    cpuCount: values.keyedSafe('cpus'),
    firstCpu: values.keyedSafe('first'),
    offlineCpu: values.keyedSafe('offline'),
    neverStartedCpu: values.keyedSafe('never-started'),
    unrecordedCpu: values.keyedSafe('unrecorded'),
    state: values.keyedChoice('state', states),
    crashkernel: values.flag('no-crashkernel') ? 'none' : values.keyedRange('crashkernel'),
    kdumpKernel: values.keyedChoice('kdump', producers),
    registers: values.keyedChoice('registers', ['spelled', 'believable'] as const),
    guardedStorage: values.flag('guarded-storage') ? true : undefined,
    time: values.keyedSafe('time'),
    uts: given({ nodename: values.keyedText('nodename'), release: values.keyedText('release'), version: values.keyedText('version') }),
    ipib: values.flag('ipib') ? true : undefined,
    reiplEntry: values.flag('reipl-entry') ? true : undefined,
    seed: values.keyedSafe('seed'),
  });
  const system = name === 'two' ? twoSystems(options).dumped : s390xSystem(options);
  if (values.flag('dumper-traces')) writeDumperTraces(system.memory);
  draft.described = system;
  draft.memory = system.memory;
  draft.cpus = [...system.cpus];
  draft.uts = system.uts;
  draft.vmcoreinfoLines = (system.vmcoreinfo ?? '').split('\n').filter((line) => line !== '');
  draft.crashkernel = system.crashkernel;
  draft.dumpTime = system.dumpTime;
  draft.touched = true;
}

export function damageStatement(draft: CaseDraft, values: CaseArguments): void {
  if (draft.described === undefined) throw new Error('"damage" needs a "system" before it');
  const text = values.word('name of the damage').text;
  const name = damageNames.find((candidate) => candidate === text);
  if (name === undefined) throw new Error(`damage "${text}" is not one of ${damageNames.join(', ')}`);
  applyDamage(draft.described, name);
}
