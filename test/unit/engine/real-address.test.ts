/** Real addresses where no prefix makes them absolute ones. */
import { describe, expect, it } from 'vitest';
import { readMemory } from '../../../src/analysis/engine/bytes/read.ts';
import { describeAddress } from '../../../src/analysis/engine/kernel/address.ts';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { caseSession } from '../../case-answers.ts';

const never = new AbortController().signal;

describe('a real address without a prefix', () => {
  it('is refused by address as by read', async () => {
    const session = caseSession('dump', 'arch x86_64\nmemory 1 MiB\ncpu\nformat elf-vmcore producer=qemu\n');
    let refusal: unknown;
    try {
      readMemory(session, { space: 'real', address: 0n, length: 8 });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ kind: 'absent', what: 'the prefix of CPU 0 is not in the dump' });
    const asked = describeAddress(session, { place: { space: 'real', address: 0n } }, never);
    await expect(asked).rejects.toBeInstanceOf(DumpError);
    await expect(asked).rejects.toMatchObject({ kind: 'absent', what: 'the prefix of CPU 0 is not in the dump' });
    expect((await describeAddress(session, { place: { space: 'absolute', address: 0n } }, never)).facts).toContainEqual(
      expect.objectContaining({ kind: 'memory' }),
    );
  });
});
