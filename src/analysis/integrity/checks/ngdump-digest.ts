import { createHash } from 'node:crypto';
import { markedDigest, overwrittenDigest } from '../../../shared/digest-match.ts';
import { faultText } from '../../source/byte-source.ts';
import { failed, notRecorded, passed, unreadable, type Check } from '../check.ts';

const stepBytes = 4 << 20;

/** The dump file of an NGDump partition has the SHA-256 that the dumper recorded next to it (s390-dump.md section 9). */
export const ngdumpDigest: Check = {
  id: 'ngdump-digest',
  title: 'Digest of the NGDump partition',
  failure: 'The memory does not match the digest that the dump records.',
  gravity: 82,
  remedy: 'copy-again',
  cost: 'scan',
  inapplicable: (image) => (image.recordedDigest === undefined ? 'only NGDump records a digest of its dump' : undefined),
  async run({ image, signal }) {
    const recorded = image.recordedDigest;
    if (recorded?.sha256 === undefined) return notRecorded('ngdump.meta holds no SHA-256');
    const hash = createHash('sha256');
    const block = new Uint8Array(stepBytes);
    let at = 0;
    while (at < recorded.source.size) {
      signal.throwIfAborted();
      const got = recorded.source.readInto(at, block);
      const fault = got === 0 ? recorded.source.faultAt?.(at) : undefined;
      if (fault !== undefined) return { ...unreadable(faultText(fault)), recorded: recorded.sha256 };
      if (got === 0) return failed(`the file system ends after ${at} of the ${recorded.source.size} bytes of the dump`, { recorded: recorded.sha256 });
      hash.update(block.subarray(0, got));
      at += got;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const computed = hash.digest('hex');
    const values = { recorded: recorded.sha256, computed };
    const overwritten = overwrittenDigest(recorded.sha256, computed);
    if (overwritten !== undefined)
      return failed(
        `${overwritten.bytes - overwritten.equal} of the ${overwritten.bytes} bytes of the digest in ngdump.meta were overwritten (${markedDigest(recorded.sha256, overwritten)}); the others prove that the dump is unchanged`,
        { ...values, failure: 'The digest that the dump records was overwritten.', remedy: 'none' },
      );
    return computed === recorded.sha256
      ? passed(`SHA-256 over ${at} bytes matches`, values)
      : failed(`SHA-256 over ${at} bytes does not match: the dump changed after it was written, or the whole recorded digest was replaced`, values);
  },
};
