/** What is possible at the cursor: known words, and whether the shell should add names of files. */
import type { Command as Commander, Option } from 'commander';
import type { Command, Words } from '../command.ts';
import { commands } from '../commands/index.ts';
import { defineCommand, emptyProgram } from '../declared-program.ts';
import { allOptions, opensDump } from '../given-files.ts';
import { defined } from '../../shared/defined.ts';

export interface Candidate {
  /** The whole word, in place of what was typed. */
  readonly word: string;
  readonly about?: string;
}

export interface Candidates {
  readonly words: readonly Candidate[];
  /** What the shell adds. */
  readonly paths: 'files' | 'folders' | 'none';
  /** The rest comes from the dump: its names of that kind with this prefix. */
  readonly fromDump?: { readonly kind: 'symbols' | 'types'; readonly file: string; readonly prefix: string };
}

const nothing: Candidates = { words: [], paths: 'none' };

const globalOptions: readonly Candidate[] = [
  { word: '--help', about: 'display help' },
  { word: '--version', about: 'output the version number' },
];

/** One sentence is enough in a list. */
const short = (description: string): string => description.split(/[;:(]/, 1)[0]?.trim() ?? '';

/** The command as commander has it, with all its options. */
export function declared(command: Command): Commander {
  const program = emptyProgram();
  defineCommand(program, command, () => undefined);
  const [sub] = program.commands;
  if (sub === undefined) throw new Error(`${command.name} was not declared`);
  return sub;
}

const optionsOf = (sub: Commander): readonly Option[] => sub.createHelp().visibleOptions(sub);

const takesValue = (option: Option): boolean => option.required || option.optional;

const namesOf = ({ short: brief, long }: Option): readonly string[] => [long, brief].filter((name) => name !== undefined);

/** What a placeholder says: <file>, [dir], <file-or-folder>. */
function pathsOf(placeholder: string): Candidates['paths'] {
  if (/[<[](?:folder|dir)/.test(placeholder)) return 'folders';
  return /[<[](?:file|dump|rules|path)/.test(placeholder) ? 'files' : 'none';
}

function knownWords({ words, isList = false }: Words, typed: string, before: string): Candidates {
  const comma = isList ? typed.lastIndexOf(',') + 1 : 0;
  const taken = new Set(typed.slice(0, comma).split(','));
  const fit = [...new Set(words())].filter((word) => word.startsWith(typed.slice(comma)) && !taken.has(word));
  return { words: fit.map((word) => ({ word: before + typed.slice(0, comma) + word })), paths: 'none' };
}

/** @param before what precedes the value in the same word, as "--format=" */
function valueOf(command: Command, option: Option, typed: string, before: string): Candidates {
  const own = allOptions(command).find(({ flags }) => flags === option.flags);
  const paths = pathsOf(option.flags);
  const values = own?.values ?? (option.argChoices === undefined ? undefined : { words: () => option.argChoices ?? [] });
  return values === undefined ? { words: [], paths } : { ...knownWords(values, typed, before), paths };
}

interface Typed {
  readonly args: readonly string[];
  /** The option whose value comes next. */
  readonly pending?: Option;
  readonly isPastOptions: boolean;
}

/** The meaning of the words before the cursor. */
function readWords(options: readonly Option[], words: readonly string[]): Typed {
  const args: string[] = [];
  let pending: Option | undefined;
  let isPastOptions = false;
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (isPastOptions || !word.startsWith('-') || word === '-') args.push(word);
    else if (word === '--') isPastOptions = true;
    else {
      const option = options.find((one) => namesOf(one).includes(word));
      if (option !== undefined && takesValue(option)) pending = option;
    }
  }
  return { args, isPastOptions, ...defined({ pending }) };
}

/** Arguments that may be a symbol or a type of the kernel. */
const dumpKind = ({ name }: Command, placeholder: string): 'symbols' | 'types' | undefined => {
  if (name === 'struct' && placeholder === '[name]') return 'types';
  return ['symbols', 'address', 'disassemble', 'struct'].includes(name) && placeholder.includes('address') ? 'symbols' : undefined;
};

function argumentOf(command: Command, args: readonly string[], typed: string): Candidates {
  const last = command.args.at(-1);
  const placeholder = command.args[args.length] ?? (last?.includes('...') === true ? last : undefined);
  if (placeholder === undefined) return nothing;
  const values = command.argumentValues?.[placeholder];
  if (values !== undefined) return knownWords({ ...values, words: () => values.words(args) }, typed, '');
  const kind = dumpKind(command, placeholder);
  const file = args[0];
  if (kind !== undefined && file !== undefined && opensDump(command)) return { ...nothing, fromDump: { kind, file, prefix: typed } };
  return { words: [], paths: pathsOf(placeholder) };
}

/**
 * @param before words before the one with the cursor, without the program's own name, as a shell would hand them to it
 * @param typed the word with the cursor, up to it
 */
export function candidates(before: readonly string[], typed: string): Candidates {
  const [first, ...rest] = before;
  if (first === undefined) {
    const named = commands.map(({ name, summary }): Candidate => ({ word: name, about: short(summary) }));
    return { words: [...named, ...globalOptions].filter(({ word }) => word.startsWith(typed) && (typed !== '' || !word.startsWith('-'))), paths: 'none' };
  }
  const command = commands.find(({ name, alias }) => name === first || alias === first);
  if (command === undefined) return nothing;
  const options = optionsOf(declared(command));
  const { args, pending, isPastOptions } = readWords(options, rest);
  if (pending !== undefined) return valueOf(command, pending, typed, '');
  if (isPastOptions || !typed.startsWith('-')) return argumentOf(command, args, typed);
  const equals = typed.indexOf('=');
  if (equals !== -1) {
    const option = options.find((one) => namesOf(one).includes(typed.slice(0, equals)));
    return option === undefined || !takesValue(option) ? nothing : valueOf(command, option, typed.slice(equals + 1), typed.slice(0, equals + 1));
  }
  const used = new Set(rest.filter((word) => word.startsWith('--')));
  const open = options.filter((option) => option.parseArg !== undefined || !namesOf(option).some((name) => used.has(name)));
  const words = open.flatMap((option): Candidate[] => namesOf(option).map((word) => ({ word, about: short(option.description) })));
  return { words: words.filter(({ word }) => word.startsWith(typed)), paths: 'none' };
}
