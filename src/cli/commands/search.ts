import { defined } from '../../shared/defined.ts';
import { ebcdicPages } from '../../shared/ebcdic.ts';
import { pageClasses, schemaVersion } from '../../shared/model.ts';
import { mostHits, searchEndians, searchStates, searchTypes } from '../../shared/search-model.ts';
import { byteText } from '../../shared/units.ts';
import type { Command, OptionValues } from '../command.ts';
import { exitCodes, say, UsageError } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { indexOption } from '../output.ts';
import { progressLine } from '../progress-line.ts';
import { searchHitText } from '../text/search-text.ts';
import { rangeArgument, wholeNumber } from './address-argument.ts';

/** One word of a list. @throws UsageError naming the option */
function oneOf<T extends string>(words: readonly T[], given: OptionValues[string], option: string): T | undefined {
  if (given === undefined) return undefined;
  const found = words.find((word) => word === given);
  if (found === undefined) throw new UsageError(`${option}: "${String(given)}" is not one of ${words.join(', ')}`);
  return found;
}

/** Words separated by commas. */
function someOf<T extends string>(words: readonly T[], given: OptionValues[string], option: string): T[] | undefined {
  if (typeof given !== 'string') return undefined;
  return given.split(',').flatMap((word) => oneOf(words, word.trim(), option) ?? []);
}

function restrictions(options: OptionValues) {
  const endian = oneOf(searchEndians, options.endian, '--endian');
  const codePage = oneOf(ebcdicPages, options.codePage, '--code-page');
  const states = someOf(searchStates, options.state, '--state');
  const classes = someOf(pageClasses, options.class, '--class');
  const align = options.align === undefined ? undefined : wholeNumber(String(options.align), '--align');
  if (align === 0) throw new UsageError('--align: 0 is not an alignment');
  return {
    ...defined({ endian, codePage, states, classes, align }),
    ...(options.ignoreCase === true ? { ignoreCase: true } : {}),
    ...(typeof options.index === 'string' ? { path: options.index } : {}),
  };
}

export const searchCommand: Command = {
  name: 'search',
  summary: 'addresses at which bytes, text, a number or a regular expression is found',
  args: ['<file>', '<pattern>'],
  options: [
    { flags: '--type <type>', description: `what the pattern is: ${searchTypes.join(', ')}`, default: 'text', values: { words: () => searchTypes } },
    { flags: '--range <range>', description: 'only in these absolute addresses: 0x1000-0x2000, end exclusive' },
    {
      flags: '--state <states>',
      description: `only in pages with these states: ${searchStates.join(', ')} (others have no bytes)`,
      values: { words: () => searchStates, isList: true },
    },
    {
      flags: '--class <classes>',
      description: `only in pages of these classes (needs the page index): ${pageClasses.join(', ')}`,
      values: { words: () => pageClasses, isList: true },
    },
    {
      flags: '--endian <order>',
      description: `byte order of u32 and u64: ${searchEndians.join(', ')}; default: that of the dump`,
      values: { words: () => searchEndians },
    },
    { flags: '--code-page <page>', description: `for ebcdic: ${ebcdicPages.join(', ')}; default: 1047`, values: { words: () => ebcdicPages } },
    { flags: '--ignore-case', description: 'ignore case' },
    { flags: '--align <bytes>', description: 'only at addresses that are multiples of this' },
    { flags: '--limit <number>', description: 'at most this many hits', default: '1000' },
    indexOption,
  ],
  example: `dumpbench search dump.s390 --type bytes "4f53494e 464f ???? 5?"
  dumpbench search dump.s390 --type regex "Kernel panic - [^\\n]*" --class text,data`,
  async run(context, [file = '', pattern = ''], options) {
    const { engine, io, output, style } = context;
    const type = oneOf(searchTypes, options.type, '--type') ?? 'text';
    const limit = wholeNumber(String(options.limit), '--limit');
    if (limit > mostHits) throw new UsageError(`--limit: ${limit} hits are too many: a search returns at most ${mostHits} hits`);
    const restricted = restrictions(options);
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      const range = typeof options.range === 'string' ? await rangeArgument(context, dump, options.range) : {};
      const document = printJsonList(io, schemaVersion, 'hits');
      let found = 0;
      const summary = await engine
        .call(
          'search',
          { dump, pattern, type, limit, ...restricted, ...range },
          {
            signal: io.signal,
            onProgress({ hits: more, ...value }) {
              found += more.length;
              if (output.json) document.add(more);
              else if (more.length > 0) {
                progress.clear();
                io.out(more.map((hit) => `${searchHitText(hit, type, restricted.codePage ?? '1047', style)}\n`).join(''));
              }
              progress.update(value);
            },
          },
        )
        .finally(() => {
          progress.clear();
        });
      if (output.json) {
        const { schema: _, ...rest } = summary;
        document.end(rest);
      } else {
        const unreadable = summary.unreadableBytes > 0 ? `; ${byteText(summary.unreadableBytes)} could not be read` : '';
        const encrypted = summary.encryptedBytes === undefined ? '' : `; ${byteText(summary.encryptedBytes)} are encrypted and were not searched`;
        say(io, output, `${found} ${found === 1 ? 'hit' : 'hits'} in ${byteText(summary.searchedBytes)}${unreadable}${encrypted}`);
        if (summary.truncated) say(io, output, `there are more hits: the search stopped at the limit of ${limit} (--limit)`);
      }
      if (summary.unconfirmed !== undefined) say(io, output, `dumpbench: ${summary.unconfirmed}`);
      return exitCodes.fine;
    });
  },
};
