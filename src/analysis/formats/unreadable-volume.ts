/** A file next to the dump whose header the disk does not give: it may belong to the set. */
import type { Finding } from '../../shared/model.ts';
import { faultText, type ByteSource, type FileFault } from '../source/byte-source.ts';

const headBytes = 4096;

/** Why a file's header cannot be read, where it is the disk and not the file's end. */
export function headFault(source: ByteSource): FileFault | undefined {
  const head = new Uint8Array(headBytes);
  const got = source.readInto(0, head);
  return got < head.length ? source.faultAt?.(got) : undefined;
}

export const unreadableVolume = (fault: FileFault): Finding => ({
  id: 'volume-set/unreadable',
  severity: 'error',
  title: 'A file that may belong to the set cannot be read',
  detail: `${faultText(fault)}; it is not used`,
});
