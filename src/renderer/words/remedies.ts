/** What the user can do here, as text; undefined if a button next to it says so. */
import { isDumpError } from '../../shared/dump-error.ts';
import { RequestError } from '../../shared/rpc.ts';
import type { Remedy } from '../../shared/remedy.ts';

export const remedyWords: Readonly<Record<Remedy, string | undefined>> = {
  'build-index': 'build the page index first',
  'rebuild-index': 'rebuild the page index',
  'quick-checks': 'runs with the quick checks',
  'full-checks': 'runs with the full verification',
  'give-manifest': undefined,
  'give-attestation': undefined,
  'give-public-key': undefined,
  'give-kdump-image': undefined,
  'name-address-space': 'choose another address space',
  'name-address': 'give an address',
  'attach-symbols': 'attach a vmlinux or a System.map',
  'copy-again': 'copy the dump again from the original, and compare',
  'give-machine': 'to give the machine, use “Open with volumes or view…”',
  'simplify-expression': 'avoid nested repetitions such as (a+)+, or search for plain text',
  'narrow-query': 'return fewer rows: use WHERE, LIMIT, or an aggregate such as count(*)',
};

/** What can be done about an error of the engine. */
export const remedyOf = (error: unknown): Remedy | undefined => (isDumpError(error) || error instanceof RequestError ? error.remedy : undefined);
