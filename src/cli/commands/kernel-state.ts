/** Commands about the kernel's own state: tasks, modules, backtraces, memory usage, and its facts about itself. */
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { Result } from '../../shared/rpc.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import type { Style } from '../text/style.ts';
import { backtraceText, kernelFactsText, mappingsText, memoryUsageText, modulesText } from '../text/task-text.ts';
import { wholeNumber } from './address-argument.ts';
import { tasksCommand } from './tasks.ts';

type StateMethod = 'modules' | 'memoryUsage' | 'kernelFacts';

function stateCommand<M extends StateMethod>(
  name: string,
  method: M,
  summary: string,
  render: (answer: Result<EngineProtocol, M>, style: Style) => string,
): Command {
  return {
    name,
    summary,
    args: ['<file>'],
    ofKernel: true,
    example: `dumpbench ${name} vmcore`,
    async run(context, [file = '']) {
      const answer = await withDump(context, file, (dump) => context.engine.call(method, { dump }, { signal: context.io.signal }));
      if (context.output.json) printJson(context.io, answer);
      else context.io.out(render(answer, context.style));
      return exitCodes.fine;
    },
  };
}

export const kernelStateCommands: readonly Command[] = [
  stateCommand('kernel', 'kernelFacts', 'facts about the kernel: command line, taint, hardware, shutdown actions', kernelFactsText),
  tasksCommand,
  stateCommand('modules', 'modules', 'loaded modules', modulesText),
  stateCommand('memory-usage', 'memoryUsage', 'memory usage in the lines of /proc/meminfo', memoryUsageText),
  {
    name: 'maps',
    summary: 'memory mappings of a process (kernels with types)',
    args: ['<file>', '<pid>'],
    ofKernel: true,
    example: 'dumpbench maps vmcore 1',
    async run(context, [file = '', typed = '']) {
      const pid = wholeNumber(typed, 'pid');
      const answer = await withDump(context, file, (dump) => context.engine.call('mappings', { dump, pid }, { signal: context.io.signal }));
      if (context.output.json) printJson(context.io, answer);
      else context.io.out(mappingsText(answer, context.style));
      return exitCodes.fine;
    },
  },
  {
    name: 'backtrace',
    summary: 'backtraces of the CPUs, or of one CPU or task',
    args: ['<file>'],
    options: [
      { flags: '--cpu <number>', description: 'only this CPU' },
      { flags: '--task <task>', description: 'the task with this pid, or with task_struct at this virtual address (0x...)' },
      { flags: '--all', description: 'every task, not only those that were running' },
      { flags: '--guess', description: 'if a stack cannot be unwound, list the code addresses on it, marked as guesses' },
    ],
    ofKernel: true,
    example: 'dumpbench backtrace vmcore --task 1',
    async run(context, [file = ''], options) {
      if (options.cpu !== undefined && options.task !== undefined) throw new UsageError('--cpu and --task: name one of them');
      const cpu = options.cpu === undefined ? {} : { cpu: wholeNumber(String(options.cpu), '--cpu') };
      const named = options.task === undefined ? undefined : String(options.task);
      const task = named === undefined ? {} : /^0x[0-9a-f]{1,16}$/i.test(named) ? { task: BigInt(named) } : { pid: wholeNumber(named, '--task') };
      const all = { ...(options.all === true ? { all: true } : {}), ...(options.guess === true ? { guess: true } : {}) };
      const answer = await withDump(context, file, (dump) =>
        context.engine.call('backtrace', { dump, ...cpu, ...task, ...all }, { signal: context.io.signal }),
      );
      if (context.output.json) printJson(context.io, answer);
      else context.io.out(backtraceText(answer, context.style));
      return exitCodes.fine;
    },
  },
];
