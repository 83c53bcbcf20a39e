/** Failed checks in sentences. */
import type { CheckResult } from '../../shared/check-model.ts';

/** What a failed check says, as a sentence. A check that is not here is named by its title. */
const failures: Readonly<Record<string, string>> = {
  'container-complete': 'The dump is not complete.',
  segments: 'Memory segments contradict one another.',
  'end-marker': 'The end marker is missing or wrong.',
  'volume-set': 'The set of volumes is not complete.',
  'ngdump-digest': 'The memory does not match the digest that the dump records.',
  'page-decode': 'Some pages cannot be decoded.',
  'bitmap-count': 'The page bitmaps contradict the header.',
  'os-info-page': 'os_info is damaged.',
  'os-info-entries': 'A block that os_info describes is damaged.',
  ipib: 'The IPL information block is damaged.',
  'kdump-image': 'The loaded kdump kernel differs from its file.',
  'purgatory-sha256': 'The loaded kdump kernel is damaged.',
  vmcoreinfo: 'vmcoreinfo is damaged.',
  'cross-cpu-count': 'Sources disagree about the number of CPUs.',
  'cross-memory-size': 'Sources disagree about the size of memory.',
  'cross-prefix': 'Sources disagree about the prefix of a CPU.',
  'cross-kernel-release': 'Sources disagree about the kernel release.',
  'cross-time': 'The recorded times contradict one another.',
  'cross-registers': 'Sources disagree about the registers of a CPU.',
  manifest: 'The dump differs from its manifest.',
  'index-digest': 'Pages changed since they were indexed.',
};

export const failureSentence = ({ id, title }: CheckResult): string => failures[id] ?? `The check “${title}” failed.`;

/** The more of the rest depends on a check, the earlier it is told. */
const gravity = Object.keys(failures);

export function failureRank({ id }: CheckResult): number {
  const at = gravity.indexOf(id);
  return at === -1 ? gravity.length : at;
}
