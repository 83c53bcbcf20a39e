/** `fleet`: the dumps of a share or a lab, triaged by any number of workers into one catalogue (docs/fleet.md). What talks to databases is loaded when it runs. */
import { urlOption, catalogueFolderOption } from '../catalogue-option.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { UsageError } from '../io.ts';
import { fleetSearchParts } from '../../shared/fleet-search-parts.ts';
import { issueStates } from '../../shared/issue-states.ts';
import { searchTypes } from '../../shared/search-model.ts';

type Action = (context: CommandContext, words: readonly string[], options: OptionValues) => Promise<number>;

/** Options of each action, by their names in `options`; --url and --catalogue belong to all. */
const actions: Readonly<Record<string, { readonly options: readonly string[]; readonly load: () => Promise<Action> }>> = {
  init: { options: ['texts', 'perStorage'], load: async () => (await import('./fleet-init.ts')).fleetInit },
  add: { options: [], load: async () => (await import('./fleet-work.ts')).fleetAdd },
  worker: { options: ['jobs', 'seconds', 'memory', 'untilEmpty'], load: async () => (await import('./fleet-work.ts')).fleetWorker },
  index: { options: ['pieces', 'rangeSize', 'piecesFrom'], load: async () => (await import('./fleet-queue.ts')).fleetIndex },
  verify: { options: [], load: async () => (await import('./fleet-queue.ts')).fleetVerify },
  reprocess: { options: [], load: async () => (await import('./fleet-queue.ts')).fleetReprocess },
  status: { options: [], load: async () => (await import('./fleet-ask.ts')).fleetStatus },
  retry: { options: [], load: async () => (await import('./fleet-work.ts')).fleetRetry },
  issues: { options: ['status', 'note', 'link'], load: async () => (await import('./fleet-ask.ts')).fleetIssues },
  search: {
    options: ['in', 'type', 'ignoreCase', 'release', 'since', 'issue', 'limit', 'perDump', 'leastDumps', 'seconds', 'memory'],
    load: async () => (await import('./fleet-search.ts')).fleetSearch,
  },
  query: { options: ['rows'], load: async () => (await import('./fleet-ask.ts')).fleetQuery },
  export: { options: ['parquet', 'since'], load: async () => (await import('./fleet-export.ts')).fleetExport },
};

const ofActions = [...new Set(Object.values(actions).flatMap(({ options }) => options))];
const flagOf = (name: string): string =>
  name === 'texts' ? '--texts or --no-texts' : `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export const fleetCommand: Command = {
  name: 'fleet',
  exitsWithThreeIf: 'a file or folder named with "fleet add" cannot be read; the catalogue, or an index or piece, cannot be used',
  summary:
    'many dumps in one catalogue: which crashes are known, how often each occurred, and on which releases and machines. Actions: init, add, worker, index, verify, reprocess, status, retry, issues, search, query, export',
  args: ['<action>', '[words...]'],
  argumentValues: { '<action>': { words: () => Object.keys(actions) } },
  options: [
    urlOption,
    catalogueFolderOption,
    { flags: '--texts', description: "init: keep lines of the kernel's log, and command lines (the default)" },
    { flags: '--no-texts', description: 'init: keep no log lines and no command lines, and delete those already kept' },
    { flags: '--per-storage <n>', description: 'init: jobs of each kind on dumps of one storage host at a time, by all workers together (default 16)' },
    { flags: '--jobs <n>', description: 'worker: number of jobs at the same time (default 1)' },
    {
      flags: '--seconds <n>',
      description: 'worker: how long triage of a dump may take, and other jobs without progress; search: a dump without progress (default 900)',
    },
    { flags: '--memory <bytes>', description: 'worker, search: memory that a job, or a dump, may take (default 2GiB, at least 64MiB)' },
    { flags: '--until-empty', description: 'worker: end when nothing is left to do' },
    { flags: '--pieces <folder>', description: 'index: an existing folder, at the same path on all machines, for the pieces and the index of each dump' },
    {
      flags: '--range-size <size>',
      description: 'index: memory in each range, a power of two from 16MiB to 64GiB (default: at least four ranges for each worker)',
    },
    { flags: '--pieces-from <size>', description: 'index: from this many stored bytes on, read the index of a dump from its pieces (default 1TiB)' },
    {
      flags: '--status <name>',
      description: 'issues: those that are new, open, fixed, or ignored; with a number: set this status',
      values: { words: () => issueStates },
    },
    { flags: '--note <text>', description: 'issues, with a number: what is known about it; an empty text removes it' },
    { flags: '--link <text>', description: 'issues, with a number: add a link; may be given several times', repeatable: true },
    { flags: '--rows <n>', description: 'query: at most this many rows (default 1000)' },
    { flags: '--parquet <folder>', description: 'export: a new folder, or an empty one, for the tables as Parquet files' },
    {
      flags: '--since <time>',
      description: 'export: dumps of this month and later ones (2026-11); search: dumps of systems that ended at this time or later (2026-11, 2026-11-30)',
    },
    {
      flags: '--in <parts>',
      description: `search: where, ${fleetSearchParts.join(', ')} (default catalogue,memory); pages finds pages that several dumps contain, and cannot be combined`,
      values: { words: () => fleetSearchParts, isList: true },
    },
    { flags: '--type <type>', description: `search: what the pattern is, ${searchTypes.join(', ')} (default text)`, values: { words: () => searchTypes } },
    { flags: '--ignore-case', description: 'search: ignore case in memory too' },
    { flags: '--release <text>', description: 'search: dumps of kernels whose release begins with this text' },
    { flags: '--issue <number>', description: 'search: dumps of this issue' },
    { flags: '--limit <number>', description: 'search: at most this many hits (default 1000)' },
    { flags: '--per-dump <number>', description: 'search: at most this many hits in the memory of one dump (default 100)' },
    { flags: '--least-dumps <number>', description: 'search: pages that are in at least this many dumps (default 2)' },
  ],
  example: `dumpbench fleet init && dumpbench sample dumps && dumpbench fleet add dumps && dumpbench fleet worker --until-empty && dumpbench fleet status
  dumpbench fleet init --url postgres://me@db.example/fleet
  dumpbench fleet add /share/dumps --url postgres://me@db.example/fleet
  dumpbench fleet worker --jobs 4 --url postgres://me@db.example/fleet
  dumpbench fleet index /share/dumps/huge.vmcore --pieces /share/indexes --url postgres://me@db.example/fleet
  dumpbench fleet verify 12 13
  dumpbench fleet issues 7 --status fixed --note "backport of the fix" --link https://bugs.example/42
  dumpbench fleet search "Unable to handle kernel pointer" --release 6.1 --since 2026-11 --per-dump 1
  dumpbench fleet search --in pages --least-dumps 3
  dumpbench fleet query "SELECT release, count(*) FROM dump GROUP BY release"
  dumpbench fleet export --parquet ./fleet-2026 --since 2026-01`,
  async run(context, [name = '', ...words], options) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined) throw new UsageError(`fleet knows ${Object.keys(actions).join(', ')}, not "${name}"`);
    const stray = ofActions.find((option) => options[option] !== undefined && !action.options.includes(option));
    if (stray !== undefined) throw new UsageError(`${flagOf(stray)} does not go with "fleet ${name}"`);
    return (await action.load())(context, words, options);
  },
};
