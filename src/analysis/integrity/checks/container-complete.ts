import { defined } from '../../../shared/defined.ts';
import type { Finding } from '../../../shared/model.ts';
import type { FileFault } from '../../source/byte-source.ts';
import { failed, passed, unreadable, type Check } from '../check.ts';
import { faultFindings } from '../read-faults.ts';

/** Whether a finding lies where the disk gives no bytes: then it says nothing of the file. */
function liesInFault({ where }: Finding, faults: readonly FileFault[]): boolean {
  if (where === undefined || !('fileOffset' in where)) return false;
  return faults.some(({ offset, bytes }) => where.fileOffset < offset + bytes && offset < where.fileOffset + where.bytes);
}

/** What it means where nothing is known to be missing, but headers and file contradict one another. */
const failures: Readonly<Record<string, string>> = {
  'container-complete/page-bitmap': 'The page bitmap contradicts the page descriptors.',
  'container-complete/undescribed': 'The file has bytes that no header describes.',
};

/** Everything that the container's headers promise is in the file. */
export const containerComplete: Check = {
  id: 'container-complete',
  title: 'Container completeness',
  failure: 'The dump is not complete.',
  gravity: 94,
  remedy: 'copy-again',
  cost: 'headers',
  run({ image, faults }) {
    const lost = faults?.() ?? [];
    const own = image.findings.filter((finding) => finding.id.startsWith('container-complete/'));
    const errors = own.filter((finding) => finding.severity === 'error' && !liesInFault(finding, lost));
    const unread = faultFindings(lost);
    const findings = [...unread, ...own];
    const [first] = errors;
    if (first !== undefined) {
      return failed(first.detail, {
        findings,
        ranges: errors.flatMap((finding) => finding.where ?? []),
        ...defined({ failure: failures[first.id], recorded: first.recorded, computed: first.computed }),
      });
    }
    if (unread[0] !== undefined) return { ...unreadable(unread[0].detail), findings, ranges: unread.flatMap((finding) => finding.where ?? []) };
    const { length } = image.segments;
    const what = length === 0 ? 'everything that its headers describe is' : `all headers and ${length} memory ${length === 1 ? 'segment' : 'segments'} are`;
    return passed(`${what} within the file`, { findings });
  },
};
