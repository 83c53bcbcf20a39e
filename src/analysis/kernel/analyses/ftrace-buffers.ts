/** Ring buffers of ftrace: what the files `stats` of /sys/kernel/tracing/per_cpu show, and the tracer of each instance. */
import { isFailure } from '../../../shared/result.ts';
import { ringCounters } from '../ftrace/ring-buffer.ts';
import { traceSource } from '../ftrace/trace-lines.ts';
import { wishedInstances } from '../ftrace/trace-wishes.ts';
import { count, cpu, defineAnalysis, duration, flag, optional, pause, text } from './analysis.ts';

export const ftraceBuffers = defineAnalysis({
  id: 'ftrace-buffers',
  title: 'Ftrace buffers',
  about:
    'The ring buffer of each CPU in every instance of ftrace: how many events it holds and how many were lost, as /sys/kernel/tracing/per_cpu/cpuN/stats shows it.',
  needs: ['symbols', 'types'],
  parameters: { instance: optional('text', 'only this instance: "global" is the top-level one') },
  columns: {
    instance: text('"global" for the top-level one; "NAME snapshot" for a snapshot'),
    cpu: cpu('Linux CPU'),
    tracer: text('that the instance is set to; nop if only events are traced'),
    recording: flag('whether the instance recorded events'),
    clock: text('that its times are of'),
    entries: count('events in the buffer'),
    overrun: count('events that newer ones have overwritten'),
    commitOverrun: count('events that were lost because an interrupted writer held the buffer up'),
    dropped: count('events that were not recorded because the buffer was full'),
    read: count('events that were consumed'),
    bytes: count('bytes of events that were not consumed'),
    oldest: duration('time of the oldest page, where there are events and the clock counts nanoseconds'),
    pages: count('pages of its ring'),
  },
  key: ['instance', 'cpu'],
  grouping: ['instance'],
  *run(kernel, wanted) {
    const source = traceSource(kernel);
    if ('missing' in source) {
      yield source;
      return;
    }
    for (const instance of wishedInstances(kernel, wanted.instance)) {
      if (isFailure(instance)) {
        yield instance;
        continue;
      }
      for (const { cpu: number, buffer } of instance.cpus) {
        yield pause;
        const counters = ringCounters(buffer, source.layout, `the ring buffer of CPU ${number} of ${instance.name}`, source.budget);
        const isEmpty = !isFailure(counters.entries) && counters.entries.value === 0n;
        const { oldest } = counters;
        yield {
          row: {
            instance: instance.name,
            cpu: number,
            tracer: instance.tracer,
            recording: instance.isRecording,
            clock: instance.clock?.name,
            entries: counters.entries,
            overrun: counters.overrun,
            commitOverrun: counters.commitOverrun,
            dropped: counters.dropped,
            read: counters.read,
            bytes: counters.bytes,
            oldest: isEmpty || instance.clock?.isNanoseconds !== true ? undefined : isFailure(oldest) ? oldest : { value: Number(oldest.value) / 1e9 },
            pages: counters.pages,
          },
        };
      }
    }
  },
});
