import type { Command } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import type { CachedIndexJson, CachedOtherJson } from '../../shared/cache-model.ts';
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

const kindText: Readonly<Record<CachedOtherJson['kind'], string>> = {
  unpacked: 'unpacked dump',
  archive: 'list of an archive',
  unfinished: 'half written',
  modules: 'compiled modules',
  lock: 'lock',
};

const otherRow = ({ path, bytes, lastUsed, kind }: CachedOtherJson): string[] => [
  byteText(bytes),
  `${lastUsed.slice(0, 16).replace('T', ' ')} UTC`,
  kindText[kind],
  path,
];

export const cacheCommand: Command = {
  name: 'cache',
  exitsWithThreeIf: 'the cache folder cannot be used',
  summary: "list Dumpbench's files in the cache folder (page indexes, unpacked dumps, compiled modules, leftovers), or remove old ones",
  args: ['[action]'],
  argumentValues: { '[action]': { words: () => ['list', 'prune'] } },
  options: [{ flags: '--max <bytes>', description: 'prune: keep at most this much, the most recently used first (default 0: remove all)' }],
  example: 'dumpbench cache prune --max 2GiB',
  async run({ engine, io, output }, [action = 'list'], options) {
    if (action !== 'list' && action !== 'prune') throw new UsageError(`unknown action "${action}": expected "list" or "prune"`);
    if (action === 'list' && options.max !== undefined) throw new UsageError('--max goes with "cache prune"');
    const answer = await engine.call('cache', action === 'prune' ? { pruneTo: byteArgument('--max', options.max) ?? 0 } : {});
    if (output.json) printJson(io, answer);
    else {
      const { indexes, others, removed, removedOthers = [], busy } = answer;
      const rows = [...indexes.map(row), ...others.map(otherRow)];
      if (rows.length > 0) io.out(`${columns(rows, '', [0])}\n`);
      if (removed !== undefined) {
        const freed = [...removed, ...removedOthers].reduce((sum, one) => sum + one.bytes, 0);
        const more = removedOthers.length === 0 ? '' : ` and ${removedOthers.length} other ${removedOthers.length === 1 ? 'file' : 'files'}`;
        say(io, output, `removed ${removed.length} of ${removed.length + indexes.length} indexes${more}, ${byteText(freed)}`);
      }
      for (const path of busy ?? []) say(io, output, `kept ${path}: a process is using it`);
      const otherText = others.length === 0 ? '' : `, ${byteText(answer.otherBytes)} of other files`;
      say(
        io,
        output,
        `${byteText(answer.bytes)} of indexes in ${answer.folder}${otherText}; above ${byteText(answer.capBytes)}, the oldest indexes are removed`,
      );
    }
    return exitCodes.fine;
  },
};
