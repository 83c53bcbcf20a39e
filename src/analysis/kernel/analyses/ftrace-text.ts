/** The ring buffers of ftrace as the file `trace` of each instance shows them, line by line. */
import { isFailure } from '../../../shared/result.ts';
import { formDoubts } from '../ftrace/trace-form.ts';
import { traceHeader } from '../ftrace/trace-header.ts';
import { traceLines, traceSource } from '../ftrace/trace-lines.ts';
import { traceWishes, unknownWishes, wishedInstances, wishParameters } from '../ftrace/trace-wishes.ts';
import { count, defineAnalysis, pause, text } from './analysis.ts';

export const ftraceText = defineAnalysis({
  id: 'ftrace-text',
  title: 'Ftrace as text',
  about:
    'The file trace of every instance of ftrace, line by line, with its header, as the kernel itself would show it (/sys/kernel/tracing/trace); a form that may differ from it is named.',
  needs: ['symbols', 'types'],
  uses: ['modules'],
  parameters: wishParameters,
  columns: {
    instance: text('"global" for the top-level one; "NAME snapshot" for a snapshot'),
    line: count('its number in the file, from 1'),
    text: text('the line'),
  },
  key: ['instance', 'line'],
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
      let number = 0;
      const rows = function* (all: string) {
        for (const one of all.split('\n').slice(0, -1)) {
          number += 1;
          yield { row: { instance: instance.name, line: number, text: one } };
        }
      };
      yield* formDoubts(instance, kernel.objects);
      yield* rows(traceHeader(kernel, instance));
      for (const line of traceLines(source, instance, wishes.isWanted, wishes.cpus)) {
        if (line === undefined) yield pause;
        else if (isFailure(line)) yield line;
        else yield* rows(line.text);
      }
    }
  },
});
