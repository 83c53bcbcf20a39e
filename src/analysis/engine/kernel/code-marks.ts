/** Which instructions the CPUs' stacks name: where one failed, runs, was interrupted, or returns to; and the registers that it had there. */
import { defined } from '../../../shared/defined.ts';
import type { CodeMarkJson } from '../../../shared/code-model.ts';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import type { Decoded, InstructionSet, RegisterValues } from '../../arch/instruction-set.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import { crashPath } from '../../kernel/stacks/crash-path.ts';
import { searched } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { tracesOf, withAllNames } from './backtrace.ts';
import type { KernelTasks } from './find-tasks.ts';
import { runningTasks } from './kernel-tasks.ts';

/** A place that a stack names. */
export interface CodeMark extends Pick<CodeMarkJson, 'kind' | 'cpu' | 'task' | 'detail'> {
  readonly address: bigint;
  readonly values?: RegisterValues;
}

interface Stack {
  readonly trace: TraceJson;
  readonly cpu: number;
  readonly tasks: KernelTasks;
  readonly set: InstructionSet;
}

/** The frame that an exception stopped, where the stack goes from there into the end of the system. */
function failedFrame({ frames }: TraceJson): FrameJson | undefined {
  const path = crashPath(frames);
  return path?.isCause === true && frames[path.length]?.kind === 'interrupted' ? frames[path.length] : undefined;
}

function markOf({ trace, cpu, tasks, set }: Stack, frame: FrameJson, failed: FrameJson | undefined): CodeMark | undefined {
  const address = BigInt(frame.address);
  const task = trace.task?.comm;
  const base = { cpu, address, ...defined({ task }) };
  switch (frame.kind) {
    case 'running': {
      const context = tasks.cpus.find(({ number }) => number === cpu);
      const values = context === undefined ? {} : { values: set.cpuRegisters(context.cpu) };
      // kdump on x86_64 and aarch64 saves the registers that the exception found: no frame of the crash is on such a stack.
      return trace.crashed === true && trace.crashFrames === undefined
        ? { ...base, kind: 'fault', detail: 'the CPU that crashed, and the registers saved for it are those of the code that failed', ...values }
        : { ...base, kind: 'running', detail: 'the registers of the CPU', ...values };
    }
    case 'interrupted': {
      const at = frame.stackPointer === undefined ? undefined : BigInt(frame.stackPointer);
      const values = at === undefined ? undefined : set.savedRegisters(tasks.memory, at, address);
      const stopped =
        frame === failed
          ? set.stoppedAt({
              memory: tasks.memory,
              types: tasks.types === undefined ? undefined : structTypes(tasks.types.types),
              registersAt: at,
              instruction: address,
            })
          : undefined;
      if (stopped !== undefined) return { ...base, ...stopped, kind: 'fault', ...defined({ values }) };
      return { ...base, kind: 'interrupted', detail: `registers saved at ${at === undefined ? 'the entry' : hex(at)}`, ...defined({ values }) };
    }
    case 'return':
      return frame.hidden === undefined
        ? { ...base, kind: 'return', detail: `return address on the stack${frame.stackPointer === undefined ? '' : ` at ${frame.stackPointer}`}` }
        : undefined;
    case 'link':
      return { ...base, kind: 'return', detail: 'the link register' };
    // What lies on a stack by chance says nothing of an instruction.
    case 'guess':
      return undefined;
  }
}

/** Of the CPUs of this system, found once. @throws Cancelled */
export const codeMarks = searched(async (session: Session, signal): Promise<readonly CodeMark[]> => {
  const set = architectures[session.image.machine.arch].instructions;
  if (set === undefined) return [];
  await session.knownKernel.ready(['log'], signal);
  const tasks = await withAllNames(await runningTasks(session, signal), session, signal);
  return tracesOf(session, tasks, {}).traces.flatMap((trace) => {
    const { cpu } = trace;
    // Addresses of another system mean other code.
    if (cpu === undefined || trace.system !== undefined) return [];
    const failed = failedFrame(trace);
    return trace.frames.flatMap((frame) => markOf({ trace, cpu, tasks, set }, frame, failed) ?? []);
  });
});

/** A mark with the values of the instruction's operands. */
export function markJson(mark: CodeMark, instruction: Decoded, set: InstructionSet, symbolAt: (address: bigint) => string | undefined): CodeMarkJson {
  const { kind, cpu, task, detail, values } = mark;
  const registers =
    values === undefined
      ? []
      : set.registersIn(instruction.operands).flatMap(({ text, name, bits }) => {
          const whole = values.get(name);
          if (whole === undefined) return [];
          const value = bits === undefined ? whole : BigInt.asUintN(bits.count, whole >> BigInt(bits.at));
          return [{ name: text, value: hex(value), ...defined({ symbol: bits === undefined ? symbolAt(value) : undefined }) }];
        });
  const memory = values === undefined ? undefined : set.memoryOperand(instruction, values);
  return {
    kind,
    cpu,
    detail,
    ...defined({ task }),
    ...(registers.length === 0 ? {} : { registers }),
    ...(memory === undefined ? {} : { memory: { address: hex(memory), ...defined({ symbol: symbolAt(memory) }) } }),
  };
}
