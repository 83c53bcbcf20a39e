/** What a person can do on the command line. */
import type { DumpError } from '../../shared/dump-error.ts';
import type { RequestError } from '../../shared/rpc.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Remedy } from '../../shared/remedy.ts';

export const remedyText: Readonly<Record<Remedy, string>> = {
  'build-index': 'run "dumpbench index" on it first',
  'rebuild-index': '"dumpbench index --rebuild" makes a new one',
  'quick-checks': 'run verify --quick or verify',
  'full-checks': 'run verify',
  'give-manifest': 'give one by --manifest',
  'give-attestation': 'give one by --attestation, with --public-key',
  'give-public-key': 'give it by --public-key',
  'give-kdump-image': 'compare with a healthy image by --kdump-image',
  'name-address-space': 'name one by --asce',
  'name-address': 'name it by --address',
  'attach-symbols': 'attach a --vmlinux or a --system-map',
  'copy-again': 'copy the dump again from where it was written',
  'give-machine': 'give it by --machine',
  'simplify-expression': 'write it without repetitions inside repetitions, such as (a+)+, or search for a text by --type text',
  'narrow-query': 'ask for fewer rows at once: by WHERE, LIMIT, or an aggregate such as count(*)',
};

/** An error in one line, with what can be done about it. */
export const errorText = ({ message, remedy }: DumpError | RequestError): string =>
  `${visibleLine(message)}${remedy === undefined ? '' : `: ${remedyText[remedy]}`}`;
