/** Evidence of a verdict as tests build it: a system that runs and has no trouble, and what differs from it. */
import type { FrameJson } from '../../../src/shared/task-model.ts';
import type { Fault } from '../../../src/analysis/arch/fault.ts';
import { weighPanic } from '../../../src/analysis/kernel/verdict/contradicted-panic.ts';
import type { EndStack, VerdictEvidence } from '../../../src/analysis/kernel/verdict/evidence.ts';
import { noHangs, type BlockedTask, type BusyCpu, type Wait } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { judge } from '../../../src/analysis/kernel/verdict/judge.ts';
import { logEvents } from '../../../src/analysis/kernel/verdict/log-events.ts';

export const running: VerdictEvidence = {
  events: [],
  traces: [],
  unseenStacks: [],
  unseenPsws: [],
  unseen: new Map(),
  hangs: noHangs,
  isKdumpSystem: false,
  kdumpUnfinished: false,
  panicCpu: 'unset',
  systemState: 'running',
  taint: { died: false, badPage: false, warned: false },
  buildId: 'b1d',
};

/** Frames by name, the innermost first; a name after "!" was interrupted. */
export const stackOf = (...names: readonly string[]): FrameJson[] =>
  names.map((name) => ({ kind: name.startsWith('!') ? 'interrupted' : 'return', address: '0x1000', symbol: `${name.replace('!', '')}+0x10` }));

/** @param log lines as "seconds text" */
export function logged(...log: readonly string[]): Pick<VerdictEvidence, 'events' | 'panic'> {
  const events = logEvents(
    log.map((line) => {
      const [seconds = '0', ...text] = line.split(' ');
      return { text: text.join(' '), time: BigInt(Math.round(Number(seconds) * 1000)) * 1_000_000n };
    }),
  );
  const panic = events.findLast(({ mark }) => mark === 'panic');
  return panic === undefined ? { events } : { events, panic };
}

export const ended = (path: readonly string[], site: readonly string[], fault?: Fault): Partial<VerdictEvidence> => {
  const end: EndStack = { cpu: 'CPU 1', comm: 'clerk', path: stackOf(...path), site: stackOf(...site), ...(fault === undefined ? {} : { fault }) };
  return { end, panicCpu: 1, crashTime: '2026-03-14T09:26:53Z', entry: { kind: 'panic', symbol: 'panic', cpu: 1 } };
};

export const oopsPath = ['__crash_kexec', 'panic', 'die', 'do_no_context', '__do_pgm_check', 'pgm_check_handler'];
const at = { detail: 'pt_regs', where: { start: 0x1000n, bytes: 16 } } as const;
export const access = (address: bigint, how: 'read' | 'write' | 'execute', isRefused = false): Fault => ({
  ...at,
  kind: 'access',
  address,
  isPage: false,
  access: how,
  isRefused,
  isNull: address < 0x1000n,
});
export const exception = (kind: 'bug' | 'illegal-operation' | 'privileged-operation' | 'data-exception'): Fault => ({ ...at, kind });

export const blocked = (task: number, wait: Wait, names: readonly string[], seconds = 600, isKillable = false): BlockedTask => ({
  task: BigInt(task),
  name: `task ${task}`,
  seconds,
  isKillable,
  isInterruptible: false,
  frames: stackOf(...names),
  wait,
});
export const mutex = (address: number, owner?: number): Wait => ({
  for: 'lock',
  kind: 'mutex',
  address: BigInt(address),
  ...(owner === undefined ? {} : { owner: { task: BigInt(owner), name: `task ${owner}` } }),
});
export const busy = (cpu: number, names: readonly string[], more: Partial<BusyCpu> = {}): BusyCpu => ({
  cpu,
  task: BigInt(100 + cpu),
  name: `task ${100 + cpu}`,
  frames: stackOf(...names),
  ...more,
});
export const hanging = (tasks: readonly BlockedTask[], cpus: readonly BusyCpu[] = []): Partial<VerdictEvidence> => ({
  hangs: { blocked: tasks, busy: cpus, looked: 50, unfollowed: 0, unseen: [] },
});

/** "class [contributing]: title", with what was excluded. */
export function verdictText(...parts: readonly Partial<VerdictEvidence>[]): string {
  const { class: name, contributing, title, excluded } = judge(weighPanic(Object.assign({}, running, ...parts) as VerdictEvidence));
  return `${name} [${contributing.join(' ')}]: ${title}${excluded === undefined ? '' : ` (excluded: ${excluded.flatMap(({ classes }) => classes).join(' ')})`}`;
}
