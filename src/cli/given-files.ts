/** The files that a command is given to read, by its arguments and options. None of them is ever written to. */
import { databaseSuffixes } from '../files/database-file.ts';
import { blockDevice, endlessKind } from '../files/file-look.ts';
import { memberPath } from '../files/member-path.ts';
import { isSameFile } from '../files/same-file.ts';
import { DumpError } from '../shared/dump-error.ts';
import { attachmentOptions } from './attachment-options.ts';
import type { Command, CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';

/** Of a command that opens a dump. */
export const volumeOption: CommandOption = {
  flags: '--volume <file>',
  description: 'another file of the same set; may be given several times',
  repeatable: true,
};

/** Of a command that opens a dump: neither a report nor a cache names the file or its contents. */
const keyOption: CommandOption = {
  flags: '--cck <file>',
  description: 'the customer communication key (32 bytes) of a secure guest, with which its dump is decrypted in memory',
};

export const opensDump = (command: Command): boolean => command.args.some((argument) => /^<files?(\.\.\.)?>$/.test(argument));

/** All options that are a command's own, with those that come with what it is about. */
export const allOptions = (command: Command): readonly CommandOption[] => [
  ...(command.options ?? []),
  ...(command.ofKernel === true ? attachmentOptions : []),
  ...(opensDump(command) ? [volumeOption, keyOption] : []),
];

/** Placeholders of arguments and options that name a file to read: <file>, <fileA>, <files...>, <dump>, <rules>. */
const namesGiven = (words: string): boolean => /[<[](?:file|dump|rules)/.test(words);

/** What commander calls the value of an option: --system-map is systemMap. */
const nameOf = ({ flags }: CommandOption): string =>
  (/--([a-z-]+)/.exec(flags)?.[1] ?? '').replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());

function valuesOf(option: CommandOption, options: OptionValues): readonly string[] {
  const value = options[nameOf(option)];
  return typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
}

/** Paths as they were written. */
function givenFiles(command: Command, args: readonly string[], options: OptionValues): readonly string[] {
  const [first = ''] = command.args;
  const named = first.endsWith('...>') ? args : args.filter((_, index) => namesGiven(command.args[index] ?? ''));
  const optional = allOptions(command).filter(({ flags, writes }) => writes === undefined && namesGiven(flags));
  return [...named, ...optional.flatMap((option) => valuesOf(option, options))];
}

/**
 * Looks at what options name before a dump is opened, and perhaps unpacked: a device is refused at once.
 * @throws DumpError io for what is neither a file nor a folder
 */
export function refuseEndless(command: Command, options: OptionValues): void {
  for (const option of allOptions(command)) {
    if (option.writes !== undefined || !namesGiven(option.flags)) continue;
    for (const path of valuesOf(option, options)) {
      const what = endlessKind(path);
      // A disk of a set is read like an image of it.
      if (what !== undefined && !(option === volumeOption && what === blockDevice)) throw new DumpError('io', { file: path }, `it is ${what}`, 'a file');
    }
  }
}

/**
 * Looks at every output before any work begins, by device and inode: a link and a bind mount are the same file.
 * @throws UsageError when a command would write over a file that it was given, or the name of an output is empty
 */
export function refuseWritingOverGiven(command: Command, args: readonly string[], options: OptionValues): void {
  for (const option of allOptions(command)) {
    if (option.writes === undefined) continue;
    const flag = /--[a-z-]+/.exec(option.flags)?.[0] ?? option.flags;
    for (const path of valuesOf(option, options)) {
      if (path === '-' && option.writes === 'output') continue;
      if (path === '') throw new UsageError(`${flag}: the name is empty`);
      // SQLite treats files of these names as its own.
      for (const suffix of option.writes === 'index' ? ['', ...databaseSuffixes] : ['']) {
        const same = givenFiles(command, args, options).find((one) => isSameFile(memberPath(one).file, path + suffix));
        if (same === undefined) continue;
        const other = same === path + suffix ? '' : `${path + suffix} is the same file as `;
        throw new UsageError(`${flag}: ${other}${same}, which is an input of this command and is never overwritten: name another file`);
      }
    }
  }
}
