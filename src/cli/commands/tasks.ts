/** `tasks`: written as they are read, because large systems have hundreds of thousands. */
import { schemaVersion } from '../../shared/model.ts';
import type { TaskJson } from '../../shared/task-model.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { tasksEnd, taskTable } from '../text/task-text.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'tasks with state, parent and CPU; ">" marks those that were running',
  args: ['<file>'],
  ofKernel: true,
  example: 'dumpbench tasks vmcore',
  async run(context, [file = '']) {
    const { engine, io, output, style } = context;
    return withDump(context, file, async (dump) => {
      const document = printJsonList(io, schemaVersion, 'tasks');
      const table = taskTable();
      let count = 0;
      const write = (tasks: readonly TaskJson[]): void => {
        count += tasks.length;
        if (output.json) document.add(tasks);
        else io.out(table(tasks));
      };
      const answer = await engine.call('tasks', { dump, stream: true }, { signal: io.signal, onProgress: ({ tasks }) => write(tasks) });
      const { schema: _, tasks, ...rest } = answer;
      write(tasks);
      if (output.json) document.end(rest);
      else io.out(tasksEnd(answer, count, style));
      return exitCodes.fine;
    });
  },
};
