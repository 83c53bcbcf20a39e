/** Events in the ring buffers of ftrace, in the order of time. */
import { isFailure } from '../../../shared/result.ts';
import { traceWishes, unknownWishes, wishedInstances, wishParameters } from '../ftrace/trace-wishes.ts';
import { functionName, traceLines, traceSource } from '../ftrace/trace-lines.ts';
import { address, count, cpu, defineAnalysis, duration, pause, pid, symbol, text } from './analysis.ts';

export const ftrace = defineAnalysis({
  id: 'ftrace',
  title: 'Ftrace',
  about:
    'Events in the ring buffers of every instance of ftrace, in order of time across CPUs. A call whose return is the next event of its CPU is one row with it, as in the file trace.',
  needs: ['symbols', 'types'],
  uses: ['modules'],
  parameters: wishParameters,
  columns: {
    instance: text('"global" for the top-level one; "NAME snapshot" for a snapshot'),
    time: duration('by the clock of the instance, where it counts nanoseconds: since the start for the usual one'),
    cpu: cpu('Linux CPU that wrote it'),
    pid: pid('task that wrote it'),
    comm: text('name of the task as ftrace kept it; empty where it kept none'),
    event: text('kind of the event: funcgraph_entry, sched_switch'),
    duration: duration('between call and return (function_graph)'),
    text: text('its text; functions of function_graph are indented by call depth'),
    depth: count('call depth among the traced functions (function_graph)'),
    function: symbol('function that it is about'),
    functionAddress: address('its address'),
    stamp: count('time as the clock has it'),
  },
  key: ['instance', 'cpu', 'stamp', 'text'],
  grouping: ['instance', 'cpu', 'event', 'comm', 'function'],
  *run(kernel, wanted) {
    const source = traceSource(kernel);
    if ('missing' in source) {
      yield source;
      return;
    }
    yield* source.unread;
    yield* unknownWishes(wanted, source);
    for (const instance of wishedInstances(kernel, wanted.instance)) {
      if (isFailure(instance)) {
        yield instance;
        continue;
      }
      const wishes = traceWishes(wanted, kernel, instance);
      if (isFailure(wishes)) {
        yield wishes;
        return;
      }
      const isTimed = instance.clock?.isNanoseconds === true;
      for (const line of traceLines(source, instance, wishes.isWanted, wishes.cpus)) {
        if (line === undefined) yield pause;
        else if (isFailure(line)) yield line;
        else {
          const { event, comm, body, depth, duration: length } = line;
          yield {
            row: {
              instance: instance.name,
              time: isTimed ? Number(event.stamp) / 1e9 : undefined,
              cpu: event.cpu,
              pid: event.pid < 0 ? undefined : event.pid,
              comm,
              event: event.format.name,
              depth,
              duration: length === undefined ? undefined : Number(length) / 1e9,
              function: line.function === undefined ? undefined : functionName(kernel, BigInt.asUintN(64, line.function + instance.textDelta)),
              functionAddress: line.function,
              text: body,
              stamp: event.stamp,
            },
          };
        }
      }
    }
  },
});
