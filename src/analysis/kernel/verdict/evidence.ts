/** What the verdict is reached from: gathered once, read by every recogniser. */
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import type { VerdictJson } from '../../../shared/verdict-model.ts';
import type { Fault } from '../../arch/fault.ts';
import type { LogOfFile } from '../log/log-record.ts';
import type { LogEvent } from './log-events.ts';
import type { Hangs } from './hangs/hangs.ts';

export type Proof = VerdictJson['evidence'][number];

/** The CPU that brought the system down. */
export interface EndStack {
  readonly cpu: string;
  readonly comm?: string;
  /** What every crash runs through, innermost first; empty where the registers are those of the code that failed. */
  readonly path: readonly FrameJson[];
  /** From the function on that was interrupted, or that called it. */
  readonly site: readonly FrameJson[];
  /** What the machine reported, where the site was interrupted by an exception. */
  readonly fault?: Fault;
}

export interface VerdictEvidence {
  /** Troubles that the log reports, oldest first. */
  readonly events: readonly LogEvent[];
  /** Its last panic line. */
  readonly panic?: LogEvent;
  /** A panic line that is not `panic`, since all else that was seen contradicts it, and what does. */
  readonly contradictedPanic?: { readonly line: LogEvent; readonly why: string };
  /** That the log could not be read, or not whole. */
  readonly logGap?: string;
  /** The log is from a file, and not from memory. */
  readonly logFile?: LogOfFile;
  /** Stacks of all CPUs. */
  readonly traces: readonly TraceJson[];
  /** CPUs whose stacks could not be followed, where others could. */
  readonly unseenStacks: readonly string[];
  /** CPUs whose PSW is not recorded; undefined where CPUs have none, and wait in no such way. */
  readonly unseenPsws: readonly string[] | undefined;
  /** Why stacks could not be followed. */
  readonly noStacks?: string;
  readonly end?: EndStack;
  /** How the kernel came to its end, as stacks show. */
  readonly entry?: { readonly kind: 'panic' | 'oops' | 'restart'; readonly symbol: string; readonly cpu: number };
  readonly crashTime?: string;
  readonly panicCpu?: number | 'unset';
  readonly systemState?: string;
  /** Taint flags D, B and W. */
  readonly taint?: { readonly died: boolean; readonly badPage: boolean; readonly warned: boolean };
  /** Why a variable could not be read, by its name. */
  readonly unseen: ReadonlyMap<string, string>;
  /** A CPU in a disabled wait, with what its code means. */
  readonly disabledWait?: { readonly cpu: string; readonly address: string; readonly code?: string };
  /** Tasks and CPUs that did not get on; undefined where tasks could not be read. */
  readonly hangs: Hangs;
  /** Requests that have been in flight for longer than their queues allow; empty where they were not looked at, or nothing shows any. */
  readonly stuckRequests?: readonly Proof[];
  /** What says that somebody asked for the dump of a running system. */
  readonly request?: { readonly by: 'operator' | 'hypervisor'; readonly why: string };
  /** The kdump system is the one that is judged. */
  readonly isKdumpSystem: boolean;
  /** A second system in the dump shows that kdump had started and not finished. */
  readonly kdumpUnfinished: boolean;
  readonly buildId?: string;
}
