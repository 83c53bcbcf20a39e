/** What a disk does not give of a dump, as findings. */
import { basename } from 'node:path';
import type { Finding } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import type { FileFault } from '../source/byte-source.ts';

/** More are counted, but not listed. */
const maxListed = 256;

export const readErrorId = 'container-complete/read-error';

/** One finding a fault; what is beyond the first few hundred is summed up in the last. */
export function faultFindings(faults: readonly FileFault[]): Finding[] {
  const findings = faults.slice(0, maxListed).map(({ file, offset, bytes, why }): Finding => ({
    id: readErrorId,
    severity: 'error',
    title: 'Part of the file cannot be read',
    detail: `${basename(file)}: ${bytes} bytes starting at offset ${hex(BigInt(offset))}: ${why}`,
    where: { fileOffset: offset, bytes },
  }));
  const rest = faults.slice(maxListed);
  const bytes = rest.reduce((sum, fault) => sum + fault.bytes, 0);
  if (rest.length === 0) return findings;
  return [
    ...findings,
    { id: readErrorId, severity: 'error', title: 'Part of the file cannot be read', detail: `${rest.length} more such places, ${bytes} bytes, are not listed` },
  ];
}
