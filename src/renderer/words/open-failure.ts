/** What is wrong with a file that does not open, and what a person can do about it. */
import type { OpenFailure } from '../state/open-dump.ts';

type Kind = OpenFailure['kind'];

/** What is wrong, where what was found does not say so by itself. */
const headlines: Partial<Readonly<Record<Kind, string>>> = {
  truncated: 'The file ends too early.',
  corrupt: 'The file is damaged where its structure should be.',
  unsupported: 'This kind of file cannot be opened.',
  io: 'The file cannot be read.',
  absent: 'Something that the dump needs is not there.',
  engine: 'The engine failed on this file.',
};

/** As a sentence begins; names such as s390 stay as they are. */
export const sentence = (text: string): string => (/^[a-z]+\b/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text);

/** The title of an error page; where it is what was found, that is not said again below. */
export const failureHeadline = ({ kind, what }: Pick<OpenFailure, 'kind' | 'what'>): { readonly text: string; readonly isWhat: boolean } => {
  const text = headlines[kind];
  return text === undefined ? { text: sentence(what), isWhat: true } : { text, isWhat: false };
};

export const nextSteps: Readonly<Record<Kind, readonly string[]>> = {
  several: ['Choose which of them to open.'],
  foreign: ['If it should be a dump, check that you have the right file.'],
  'not-this-format': [
    'Check that you have the right file. Packed dumps (.gz, .zst, .xz, .bz2) and archives (.tar, .zip) open as they are.',
    'If it is one file of a set, open another one of the set, or name its files one by one.',
    'An image of memory without headers opens when you say at which address it begins.',
  ],
  truncated: [
    'Compare the size with the original: a transfer may have stopped early.',
    'Copy it again, in binary mode, and compare checksums on both sides.',
    'A dump that the machine itself did not finish opens when its headers are whole.',
  ],
  corrupt: ['Compare checksums with the original.', 'Copy it again; text-mode transfers (ftp, some mail gateways) change bytes.'],
  unsupported: ['zgetdump (s390-tools) or makedumpfile may convert a dump into a kind that opens: ELF or s390 stand-alone.'],
  io: ['Check that the file still exists, and that you may read it.', 'A file on a network share may need a local copy.'],
  absent: [
    'Put all volumes or split files of the dump into one folder and open any one of them.',
    'Files that lie in several folders can be named one by one: open it with its volumes.',
  ],
  engine: ['Try again.', 'If it fails again, the file triggers a fault in Dumpbench: keep it, and report it with the message above.'],
};

/** Kinds that naming more files, addresses, or a machine can help with. */
const helpedByWords: ReadonlySet<Kind> = new Set(['not-this-format', 'truncated', 'corrupt', 'unsupported', 'absent', 'engine']);
/** Kinds that the same file ends with again as long as nothing about it changes. */
const staysSo: ReadonlySet<Kind> = new Set(['foreign', 'several', 'not-this-format']);

export const isHelpedByWords = ({ kind }: Pick<OpenFailure, 'kind'>): boolean => helpedByWords.has(kind);
export const staysAsItIs = ({ kind }: Pick<OpenFailure, 'kind'>): boolean => staysSo.has(kind);
