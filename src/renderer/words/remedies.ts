/** What a person can do here, in words; undefined where a button next to it says it. */
import { isDumpError } from '../../shared/dump-error.ts';
import { RequestError } from '../../shared/rpc.ts';
import type { Remedy } from '../../shared/remedy.ts';

export const remedyWords: Readonly<Record<Remedy, string | undefined>> = {
  'build-index': 'build the page index first',
  'rebuild-index': 'the page index can be built anew',
  'quick-checks': 'runs with the quick checks',
  'full-checks': 'runs with the full verification',
  'give-manifest': undefined,
  'give-attestation': undefined,
  'give-public-key': undefined,
  'give-kdump-image': undefined,
  'name-address-space': 'choose another address space',
  'name-address': 'give an address',
  'attach-symbols': 'attach a vmlinux or a System.map',
  'copy-again': 'copy the dump again from where it was written, and compare',
  'give-machine': 'the machine can be given where a dump is opened with words about how',
  'simplify-expression': 'write it without repetitions inside repetitions, such as (a+)+, or search for a text',
  'narrow-query': 'ask for fewer rows at once: by WHERE, LIMIT, or an aggregate such as count(*)',
};

/** What can be done about an error of the engine. */
export const remedyOf = (error: unknown): Remedy | undefined => (isDumpError(error) || error instanceof RequestError ? error.remedy : undefined);
