/** Evidence of what triage says of an end, as tests build it: a system that runs, and what differs from it. */
import type { KernelWitnesses } from '../../../src/analysis/engine/triage/kernel-witnesses.ts';
import { probableReason, type Evidence } from '../../../src/analysis/engine/triage/reason.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { deathNotes } from '../../../src/analysis/kernel/log/log-marks.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';

export const open = (system: S390xSystem): Session => sessionOn(memorySource('dump', elfVmcore(system)));

export const crash = '2026-03-14T09:26:53Z';
export const untainted = { died: false, badPage: false, warned: false } as const;
export const running: KernelWitnesses = {
  panicCpu: { kind: 'unset' },
  systemState: 'running',
  kdumpLoaded: false,
  taint: untainted,
  unseen: new Map(),
};
export const blind: KernelWitnesses = {
  unseen: new Map(['panic_cpu', 'system_state', 'kexec_crash_image', 'tainted_mask'].map((name) => [name, 'no symbols'])),
};
export const evidence: Evidence = {
  crash: undefined,
  log: { isRead: true },
  areStacksRead: true,
  unseenStacks: [],
  entry: undefined,
  hasEndStack: false,
  witnesses: running,
  started: undefined,
};

/** A described system that runs: no CPU is in a disabled wait. */
export const runs = open(s390xSystem({ state: 'running' }));
export const reasonOf = (changed: Partial<Evidence>, session = runs): string => probableReason(session, { ...evidence, ...changed })?.text ?? '';
export const logOf = (text: string): Evidence['log'] => {
  const notes = deathNotes([{ text, time: 5_000_000_000n }]);
  return { isRead: true, told: { gist: text, text: `${text}.` }, ...(notes === undefined ? {} : { notes }) };
};
