/** Stacks of all CPUs and tasks, one frame a row. */
import { failed } from '../../../shared/result.ts';
import { traceGaps } from '../stacks/trace-gaps.ts';
import { address, count, cpu, defineAnalysis, flag, optional, ownText, pause, pid, symbol, text } from './analysis.ts';
import { unknownValue } from './unknown-value.ts';

export const backtraces = defineAnalysis({
  id: 'backtraces',
  title: 'Backtraces',
  about: 'Frames of the stacks of all CPUs, then of the tasks that ran on none; the innermost frame of each first.',
  needs: ['tasks', 'stacks'],
  uses: ['symbols'],
  parameters: {
    pid: optional('pid', 'only the task with this pid'),
    cpu: optional('cpu', 'only this CPU'),
    running: optional('flag', 'only the stacks of the CPUs'),
  },
  columns: {
    task: address('task_struct of the task whose stack it is'),
    pid: pid('its pid'),
    name: text('its comm'),
    cpu: cpu('CPU whose registers the stack begins with; empty for a task that ran on none'),
    frame: count('0 for the innermost'),
    kind: ownText('running, link, return, interrupted, or guess: an address of code that lies on the stack'),
    symbol: symbol('function'),
    address: address('address in it'),
    stackPointer: address('stack pointer of the frame'),
    stack: text('stack that the frame lies on'),
    crashPath: flag('what every crash runs through'),
  },
  key: ['pid', 'cpu', 'frame'],
  grouping: ['name', 'symbol', 'cpu'],
  comparing: { elsewhere: [['name', 'cpu', 'frame', 'symbol']] },
  *run({ stacks }, wanted) {
    const found = { cpus: new Set<number>(), isTask: false };
    for (const trace of stacks?.all() ?? []) {
      if (trace.cpu !== undefined) found.cpus.add(trace.cpu);
      if (trace.task?.pid === wanted.pid) found.isTask = true;
      const isWanted =
        (wanted.pid === undefined || trace.task?.pid === wanted.pid) &&
        (wanted.cpu === undefined || trace.cpu === wanted.cpu) &&
        (wanted.running !== true || trace.cpu !== undefined);
      if (!isWanted) {
        if (wanted.running === true && trace.cpu === undefined) break;
        yield pause;
        continue;
      }
      const { task } = trace;
      const who = { ...(task === undefined ? {} : { task: BigInt(task.address), pid: task.pid, name: task.comm }), cpu: trace.cpu };
      for (const [at, frame] of trace.frames.entries())
        yield {
          row: {
            ...who,
            frame: at,
            kind: frame.kind,
            symbol: frame.symbol,
            address: BigInt(frame.address),
            stackPointer: frame.stackPointer === undefined ? undefined : BigInt(frame.stackPointer),
            stack: frame.stack,
            crashPath: at < (trace.crashFrames ?? 0),
          },
        };
      for (const one of traceGaps(trace)) yield { missing: one };
    }
    const unknown = wanted.cpu === undefined ? undefined : unknownValue('CPU', wanted.cpu, found.cpus);
    if (unknown !== undefined) yield unknown;
    if (wanted.pid !== undefined && !found.isTask)
      yield failed(`task ${wanted.pid}`, wanted.running === true ? 'no CPU ran such a task' : 'no task of this pid was found');
    for (const one of stacks?.missing ?? []) yield { missing: one };
  },
});
