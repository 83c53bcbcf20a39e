/** What a person can do on the command line. */
import type { DumpError } from '../../shared/dump-error.ts';
import type { RequestError } from '../../shared/rpc.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Remedy } from '../../shared/remedy.ts';

export const remedyText: Readonly<Record<Remedy, string>> = {
  'build-index': 'run "dumpbench index" on it first',
  'rebuild-index': '"dumpbench index --rebuild" builds a new one',
  'quick-checks': 'run verify --quick or verify',
  'full-checks': 'run verify',
  'give-manifest': 'give one with --manifest',
  'give-attestation': 'give one with --attestation and --public-key',
  'give-public-key': 'give it with --public-key',
  'give-kdump-image': 'compare with a healthy image, with --kdump-image',
  'name-address-space': 'give one with --asce',
  'name-address': 'give it with --address',
  'attach-symbols': 'attach a --vmlinux or a --system-map',
  'copy-again': 'copy the dump again from the original',
  'give-machine': 'give it with --machine',
  'simplify-expression': 'avoid nested repetitions such as (a+)+, or search for plain text with --type text',
  'narrow-query': 'return fewer rows: use WHERE, LIMIT, or an aggregate such as count(*)',
};

/** An error in one line, with what can be done about it. */
export const errorText = ({ message, remedy }: DumpError | RequestError): string =>
  `${visibleLine(message)}${remedy === undefined ? '' : `: ${remedyText[remedy]}`}`;
