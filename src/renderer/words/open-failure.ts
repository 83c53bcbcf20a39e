/** What a person can do about a file that does not open. */
import type { OpenFailure } from '../state/open-dump.ts';

export const failureHeadlines: Readonly<Record<OpenFailure['kind'], string>> = {
  foreign: 'This is not a Linux kernel dump.',
  several: 'This file holds several dumps.',
  'not-this-format': 'This is not a dump that Dumpbench knows.',
  truncated: 'The file ends too early.',
  corrupt: 'The file is damaged where its structure should be.',
  unsupported: 'This kind of dump cannot be opened yet.',
  io: 'The file cannot be read.',
  absent: 'Something that the dump needs is not there.',
  engine: 'The engine failed on this file.',
};

export const nextSteps: Readonly<Record<OpenFailure['kind'], readonly string[]>> = {
  several: ['Choose which of them to open.'],
  foreign: ['If it should be a dump, check that you have the right file.'],
  'not-this-format': [
    'Check that it is the dump itself, or an archive (.tar, .zip) that holds one.',
    'A volume of a set opens with any of its files when the others lie in the same folder.',
  ],
  truncated: [
    'Compare the size with the original: a transfer may have stopped early.',
    'Copy it again, in binary mode, and compare checksums on both sides.',
    'A dump that the machine itself did not finish opens when its headers are whole.',
  ],
  corrupt: ['Compare checksums with the original.', 'Copy it again; text-mode transfers (ftp, some mail gateways) change bytes.'],
  unsupported: ['zgetdump (s390-tools) or makedumpfile may convert it into a kind that opens: ELF or s390 stand-alone.'],
  io: ['Check that the file still exists, and that you may read it.', 'A file on a network share may need a local copy.'],
  absent: [
    'Put all volumes or split files of the dump into one folder and open any one of them.',
    'Files that lie in several folders can be named one by one: open it with its volumes.',
  ],
  engine: ['Try again.', 'If it fails again, the file triggers a fault in Dumpbench: keep it, and report it with the message above.'],
};
