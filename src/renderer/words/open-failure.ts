/** What is wrong with a file that does not open, and what the user can do about it. */
import type { OpenFailure } from '../state/open-dump.ts';

type Kind = OpenFailure['kind'];

/** What is wrong, for kinds whose finding does not say so by itself. */
const headlines: Partial<Readonly<Record<Kind, string>>> = {
  truncated: 'The file ends too early.',
  corrupt: 'The structure of the file is damaged.',
  unsupported: 'This kind of file cannot be opened.',
  io: 'The file cannot be read.',
  absent: 'Something that the dump needs is missing.',
  engine: 'The engine failed on this file.',
};

/** Capitalised for the start of a sentence; names such as s390 stay as they are. */
export const sentence = (text: string): string => (/^[a-z]+\b/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text);

/** The title of an error page; if it is the finding itself, that is not repeated below. */
export const failureHeadline = ({ kind, what }: Pick<OpenFailure, 'kind' | 'what'>): { readonly text: string; readonly isWhat: boolean } => {
  const text = headlines[kind];
  return text === undefined ? { text: sentence(what), isWhat: true } : { text, isWhat: false };
};

export const nextSteps: Readonly<Record<Kind, readonly string[]>> = {
  several: ['Choose which of them to open.'],
  foreign: ['If it should be a dump, check that you have the right file.'],
  'not-this-format': [
    'Check that you have the right file. Packed dumps (.gz, .zst, .xz, .bz2) and archives (.tar, .zip) can be opened directly.',
    'If it is one file of a set, open another file of the set, or choose its files one by one.',
    'To open a memory image without headers, enter the address at which it starts.',
  ],
  truncated: [
    'Compare the size with the original: a transfer may have stopped early.',
    'Copy it again, in binary mode, and compare checksums on both sides.',
    'A dump that the machine did not finish can be opened if its headers are complete.',
  ],
  corrupt: ['Compare checksums with the original.', 'Copy it again; text-mode transfers (ftp, some mail gateways) change bytes.'],
  unsupported: ['zgetdump (s390-tools) or makedumpfile may be able to convert the dump to a supported format: ELF or s390 stand-alone.'],
  io: ['Check that the file still exists and that you have permission to read it.', 'A file on a network share may need a local copy.'],
  absent: [
    'Put all volumes or split files of the dump into one folder and open any one of them.',
    'If the files are in several folders, use “Open with volumes or addresses…” to choose them.',
  ],
  engine: ['Try again.', 'If it fails again, the file triggers a bug in Dumpbench: keep the file, and report it with the message above.'],
};

/** Kinds for which naming more files, addresses, or a machine can help. */
const helpedByWords: ReadonlySet<Kind> = new Set(['not-this-format', 'truncated', 'corrupt', 'unsupported', 'absent', 'engine']);
/** Kinds that recur with the same file as long as nothing about it changes. */
const staysSo: ReadonlySet<Kind> = new Set(['foreign', 'several', 'not-this-format']);

export const isHelpedByWords = ({ kind }: Pick<OpenFailure, 'kind'>): boolean => helpedByWords.has(kind);
export const staysAsItIs = ({ kind }: Pick<OpenFailure, 'kind'>): boolean => staysSo.has(kind);
