/**
 * `dumpbench __complete [--raw] -- WORD... TYPED`: what the scripts in shells.ts ask. The first line of the answer says which names of files the shell is to add
 * (files, folders, none); then one word a line, behind a tab what it is. With --raw the words are as they stand on the line, quotes and all.
 */
import { homedir } from 'node:os';
import { exitCodes, type CliIo } from '../io.ts';
import { candidates, type Candidate } from './candidates.ts';
import { dumpNames } from './dump-words.ts';

export const completionEntry = '__complete';

/** A word as bash would hand it to a program, as far as that can be known without running anything; an open quote ends with the word. */
export function unquoted(raw: string): string {
  const home = /^~(?=\/|$)/.test(raw) ? homedir() + raw.slice(1) : raw;
  return home.replace(/\\([^])|'([^']*)'?|\$?"((?:\\[^]|[^"\\])*)"?/g, (_all, escaped?: string, single?: string, double?: string) => {
    if (escaped !== undefined) return escaped === '\n' ? '' : escaped;
    return single ?? (double ?? '').replace(/\\([$`"\\\n])/g, (_, mark: string) => (mark === '\n' ? '' : mark));
  });
}

/** A word that would break the lines of the answer is not a known one. */
const isPlain = ({ word }: Candidate): boolean => !/\p{Cc}/u.test(word);

export async function complete(argv: readonly string[], io: CliIo): Promise<number> {
  const start = argv.indexOf('--');
  const given = argv.slice(start + 1);
  const words = argv.slice(0, start).includes('--raw') ? given.map(unquoted) : given;
  const { words: known, paths, fromDump } = candidates(words.slice(0, -1), words.at(-1) ?? '');
  const named = fromDump === undefined ? [] : (await dumpNames(fromDump.kind, fromDump.file, fromDump.prefix)).map((word): Candidate => ({ word }));
  const lines = [...known, ...named].filter(isPlain).map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`));
  io.out(`${[paths, ...lines].join('\n')}\n`);
  return exitCodes.fine;
}
