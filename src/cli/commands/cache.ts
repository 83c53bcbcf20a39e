import type { Command } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import type { CachedIndexJson } from '../../shared/cache-model.ts';
import { byteText } from '../../shared/units.ts';
import { columns } from '../text/table.ts';
import { byteArgument } from './byte-argument.ts';

function row({ path, bytes, lastUsed, pages, totalPages, complete }: CachedIndexJson): string[] {
  const state =
    complete === undefined
      ? 'damaged or of another version'
      : complete
        ? 'complete'
        : `${totalPages === undefined || totalPages === 0 ? 0 : Math.floor((100 * (pages ?? 0)) / totalPages)} % done`;
  return [byteText(bytes), `${lastUsed.slice(0, 16).replace('T', ' ')} UTC`, state, path];
}

export const cacheCommand: Command = {
  name: 'cache',
  summary: 'list the page indexes in the cache folder, or remove old ones',
  args: ['[action]'],
  options: [{ flags: '--max <bytes>', description: 'prune: keep at most so much, those used last (default 0: remove all)' }],
  example: 'dumpbench cache prune --max 2GiB',
  async run({ engine, io, output }, [action = 'list'], options) {
    if (action !== 'list' && action !== 'prune') throw new UsageError(`cache knows "list" and "prune", not "${action}"`);
    if (action === 'list' && options.max !== undefined) throw new UsageError('--max goes with "cache prune"');
    const answer = await engine.call('cache', action === 'prune' ? { pruneTo: byteArgument('--max', options.max) ?? 0 } : {});
    if (output.json) printJson(io, answer);
    else {
      const { indexes, removed, busy } = answer;
      if (indexes.length > 0) io.out(`${columns(indexes.map(row), '', [0])}\n`);
      const freed = (removed ?? []).reduce((sum, one) => sum + one.bytes, 0);
      if (removed !== undefined) say(io, output, `removed ${removed.length} of ${removed.length + indexes.length} indexes, ${byteText(freed)}`);
      for (const path of busy ?? []) say(io, output, `left ${path}: it is being built`);
      say(io, output, `${byteText(answer.bytes)} in ${answer.folder}; old ones go beyond ${byteText(answer.capBytes)}`);
    }
    return exitCodes.fine;
  },
};
