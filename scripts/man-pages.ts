/**
 * The man pages, from the declarations that `--help` is made from: dumpbench(1), and one page for each command. The bundle of the command line takes them
 * along (scripts/build.mjs).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../src/cli/command.ts';
import { commands } from '../src/cli/commands/index.ts';
import { toolVersion } from '../src/analysis/engine/tool.ts';
import { declared } from '../src/cli/completion/candidates.ts';
import { emptyProgram } from '../src/cli/declared-program.ts';
import { opensDump } from '../src/cli/given-files.ts';

/** Text as roff reads it: a dash is one that can be copied, and no line begins with a request. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^(?=[.'])/gm, '\\&');

const head = (name: string): string => `.TH "${roff(name.toUpperCase())}" "1" "" "dumpbench ${toolVersion}" "Dumpbench"`;

const section = (title: string, ...lines: readonly string[]): readonly string[] => [`.SH "${title}"`, ...lines];

/** Fixed lines, as a person types them. */
const typed = (text: string): readonly string[] => ['.nf', ...text.split('\n').map((line) => roff(line.trim())), '.fi'];

const item = (term: string, text: string): readonly string[] => ['.TP', `\\fB${roff(term)}\\fR`, roff(text)];

/** @param threes when the exit code is 3, other than for an output that cannot be written */
const exitStatus = (ones: string | undefined, threes: string | undefined): readonly string[] => [
  ...item('0', 'success'),
  ...(ones === undefined ? [] : item('1', ones)),
  ...item('2', 'wrong usage'),
  ...item('3', `${threes === undefined ? '' : `${threes}; `}an output cannot be written`),
  ...item('4', 'internal error'),
  ...item('130', 'interrupted'),
];

const unreadableDump = 'not a dump, unreadable, or the bytes are not in the dump';

/** `compare` names its two files in another way. */
const readsDump = (command: Command): boolean => opensDump(command) || command.args.includes('<fileA>');

const whenThree = (command: Command): string | undefined => command.exitsWithThreeIf ?? (readsDump(command) ? unreadableDump : undefined);

const whenAnyExitsWithOne = commands.flatMap(({ name, exitsWithOneIf }) => (exitsWithOneIf === undefined ? [] : [`${name}: ${exitsWithOneIf}`])).join('; ');

const environment = [
  ...item(
    'NO_COLOR',
    'if set to any value, output is not coloured; the option --no-color does the same. Output that does not go to a terminal is never coloured.',
  ),
  ...item('XDG_CACHE_HOME', 'folder below which the cache is (page indexes, unpacked dumps)'),
];

function commandPage(command: Command): string {
  const sub = declared(command);
  const name = `dumpbench-${command.name}`;
  const options = sub.createHelp().visibleOptions(sub);
  const defaults = (value: unknown): string => (value === undefined || typeof value === 'boolean' ? '' : ` (default: ${JSON.stringify(value)})`);
  return [
    head(name),
    ...section('NAME', `${roff(name)} \\- ${roff(command.summary)}`),
    ...section('SYNOPSIS', `\\fBdumpbench ${roff(command.name)}\\fR [options] ${roff(command.args.join(' '))}`.trimEnd()),
    ...(command.alias === undefined ? [] : section('ALIAS', `\\fBdumpbench ${roff(command.alias)}\\fR`)),
    ...section('OPTIONS', ...options.flatMap(({ flags, description, defaultValue }) => item(flags, description + defaults(defaultValue)))),
    ...section('EXAMPLES', ...typed(command.example)),
    ...section('EXIT STATUS', ...exitStatus(command.exitsWithOneIf, whenThree(command))),
    ...section('SEE ALSO', '\\fBdumpbench\\fR(1)'),
    '',
  ].join('\n');
}

function programPage(): string {
  return [
    head('dumpbench'),
    ...section('NAME', `dumpbench \\- ${roff(emptyProgram().description().replace(/\.$/, '').replace(/^W/, 'w'))}`),
    ...section('SYNOPSIS', '\\fBdumpbench\\fR \\fIcommand\\fR [options] [arguments]'),
    ...section(
      'DESCRIPTION',
      roff(
        'Opens dumps that were written by stand-alone dump tools, by kdump, or by a hypervisor, offline and without debuginfo. The dump is evidence: it is opened read-only, nothing is written next to it, and nothing is sent anywhere.',
      ),
    ),
    ...section(
      'COMMANDS',
      ...commands.flatMap(({ name, args, summary }) => item(`${name} ${args.join(' ')}`.trimEnd(), `${summary}; see dumpbench-${name}(1)`)),
    ),
    ...section('EXIT STATUS', ...exitStatus(whenAnyExitsWithOne, unreadableDump)),
    ...section('ENVIRONMENT', ...environment),
    ...section('SEE ALSO', commands.map(({ name }) => `\\fBdumpbench\\-${roff(name)}\\fR(1)`).join(',\n')),
    '',
  ].join('\n');
}

/** Texts of all pages, by the names of their files. */
export const manPages = (): ReadonlyMap<string, string> =>
  new Map([['dumpbench.1', programPage()], ...commands.map((command) => [`dumpbench-${command.name}.1`, commandPage(command)] as const)]);

export function writeManPages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of manPages()) writeFileSync(join(folder, name), text);
}
