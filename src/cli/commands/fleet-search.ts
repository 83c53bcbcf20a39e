/** `fleet search`: text, bytes, and pages in all dumps of a catalogue. */
import { assertSchema, searchFleet, type FleetSearchRequest } from '../../fleet/index.ts';
import { defined } from '../../shared/defined.ts';
import type { FleetSearchEvent, FleetUnread } from '../../shared/fleet-search-model.ts';
import { fleetSearchParts, type FleetSearchPart } from '../../shared/fleet-search-parts.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { ScanProgress } from '../../shared/scan-progress.ts';
import { mostHits, searchTypes } from '../../shared/search-model.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, say, sayLine, UsageError } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { progressLine } from '../progress-line.ts';
import { fleetHitText, fleetSearchText, unreadText } from '../text/fleet-search-text.ts';
import { withCatalogue } from '../with-catalogue.ts';
import { wholeNumber } from './address-argument.ts';
import { engineLimits } from './engine-limits.ts';

const text = (value: OptionValues[string]): string | undefined => (typeof value === 'string' ? value : undefined);

function someOf<T extends string>(words: readonly T[], given: string, flag: string): readonly T[] {
  return given.split(',').map((one) => {
    const found = words.find((word) => word === one.trim());
    if (found === undefined) throw new UsageError(`${flag}: "${one.trim()}" is not one of ${words.join(', ')}`);
    return found;
  });
}

function numberOf(value: OptionValues[string], flag: string, usual: number, most: number): number {
  const given = text(value);
  const number = given === undefined ? usual : wholeNumber(given, flag);
  if (number < 1 || number > most) throw new UsageError(`${flag}: from 1 to ${most}`);
  return number;
}

/** A year, a month, a day, or a time. */
function timeOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isTime = /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)?)?)?$/.test(given);
  const time = Date.parse(given);
  // JavaScript takes 31 November for 1 December.
  const isThere = isTime && !Number.isNaN(time) && new Date(time).toISOString().startsWith(given.slice(0, 10));
  if (!isThere) throw new UsageError(`--since: "${given}" is not a time (expected 2026, 2026-11, 2026-11-30, or 2026-11-30T08:00Z)`);
  return new Date(time).toISOString();
}

/** What the type of a pattern, and the absence of one, leave to search. */
function partsOf(given: string | undefined, type: string): readonly FleetSearchPart[] {
  if (given !== undefined) return [...new Set(someOf(fleetSearchParts, given, '--in'))];
  return type === 'text' ? ['catalogue', 'memory'] : ['memory'];
}

function requestOf(pattern: string | undefined, options: OptionValues): FleetSearchRequest {
  const [type = 'text'] = someOf(searchTypes, text(options.type) ?? 'text', '--type');
  const parts = partsOf(text(options.in), type);
  const issue = text(options.issue);
  if (issue !== undefined && !/^\d{1,15}$/.test(issue)) throw new UsageError(`--issue: "${issue}" is not the number of an issue`);
  if (options.type !== undefined && parts.includes('pages')) throw new UsageError('--type: does not go with --in pages, whose pattern is a fingerprint');
  if (options.leastDumps !== undefined && !parts.includes('pages')) throw new UsageError('--least-dumps: goes with --in pages');
  return {
    parts,
    type,
    ...defined({ pattern, release: text(options.release), since: timeOf(text(options.since)), issue: issue === undefined ? undefined : Number(issue) }),
    ignoreCase: options.ignoreCase === true,
    limit: numberOf(options.limit, '--limit', 1000, mostHits),
    perDump: numberOf(options.perDump, '--per-dump', 100, mostHits),
    leastDumps: numberOf(options.leastDumps, '--least-dumps', 2, mostHits),
  };
}

type Progress = Extract<FleetSearchEvent, { event: 'progress' }>;

/** Of memory what is done of one dump: how large the others are is not known. */
const progressOf = ({ part, done, total, bytes }: Progress): ScanProgress =>
  bytes === undefined || part !== 'memory'
    ? { phase: 'search', unit: 'checks', done, total }
    : { phase: 'search', about: `dump ${done + 1} of ${total}`, unit: 'bytes', ...bytes };

/** Dumps of which each gets a line; of a share that is not mounted there are thousands. */
const listed = 20;

export function fleetSearch(context: CommandContext, [pattern, ...more]: readonly string[], options: OptionValues): Promise<number> {
  const { io, output, style } = context;
  if (more.length > 0) throw new UsageError('fleet search: one pattern, in quotes');
  const request = requestOf(pattern, options);
  const limits = engineLimits(options);
  const progress = progressLine(io, output);
  const words = { type: request.type ?? 'text', codePage: '1047', style } as const;
  return withCatalogue(context, options, 'search', async (database) => {
    await assertSchema(database);
    const document = printJsonList(io, schemaVersion, 'hits');
    const unread = new Map<FleetUnread['kind'], number>();
    let hits = 0;
    try {
      for await (const one of searchFleet(database, request, { limits, signal: io.signal })) {
        switch (one.event) {
          case 'hit':
            hits += 1;
            progress.clear();
            if (output.json) document.add([one.hit]);
            else io.out(`${fleetHitText(one.hit, words)}\n`);
            break;
          case 'unread': {
            const { kind } = one.unread;
            unread.set(kind, (unread.get(kind) ?? 0) + 1);
            progress.clear();
            // That a dump was never indexed is no news of that dump.
            if (kind !== 'no-index' && (unread.get(kind) ?? 0) <= listed) sayLine(io, `dumpbench: ${unreadText(one.unread)}`);
            break;
          }
          case 'progress':
            progress.update(progressOf(one));
            break;
          case 'end': {
            const { schema: _, ...summary } = one.summary;
            if (output.json) document.end(summary);
            progress.clear();
            say(io, output, fleetSearchText(hits, one.summary));
            if (summary.truncated) say(io, output, `the search ended at the limit of ${request.limit} hits (--limit): there may be more`);
          }
        }
      }
    } finally {
      progress.clear();
    }
    for (const [kind, number] of unread)
      if (kind === 'no-index')
        sayLine(
          io,
          `dumpbench: ${number} ${number === 1 ? 'dump has' : 'dumps have'} no page index that can be reached from here: "dumpbench index" and "fleet index" build them`,
        );
      else if (number > listed) sayLine(io, `dumpbench: ${number - listed} more like these (${kind})`);
    return exitCodes.fine;
  });
}
