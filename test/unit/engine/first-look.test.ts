/** Where nothing leads to vmcoreinfo, the first facts still come from its text, within a look that has an end. */
import { describe, expect, it } from 'vitest';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { scanForVmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { caseSession } from '../../case-answers.ts';
import { isFailure } from '../../../src/shared/result.ts';

const { signal } = new AbortController();
const withPointer = 'system healthy state=disabled-wait\nformat s390 producer=zipl\n';
/** The lowcore's pointer to the note is gone. */
const without = 'system healthy state=disabled-wait\nfill 0xe0c 8 0\nformat s390 producer=zipl\n';

describe('a dump whose pointer to vmcoreinfo is zero', () => {
  it('still has its kernel, the reason of its end and the layout of its lowcores', async () => {
    const session = caseSession('lost', without);
    expect(describeDump(session).kernel.release).toBeUndefined();
    const [found, whole] = await Promise.all([triage(session, signal), triage(caseSession('whole', withPointer), signal)]);
    expect(found.info.kernel).toEqual(whole.info.kernel);
    expect(found.info.times.crash).toBe(whole.info.times.crash);
    expect(found.reason).toBe(whole.reason);
    expect(JSON.stringify(found.info.provenance)).toContain('found by its text');
    expect(describeLowcores(session, {}).cpus[0]?.layout.word).toBe('certain');
  });

  it('is not reported as verified: nothing was recorded to compare with', async () => {
    const { checks } = await triage(caseSession('lost', without), signal);
    expect(checks.find(({ id }) => id === 'vmcoreinfo')?.verdict).toBe('not-recorded');
  });
});

describe('the look', () => {
  it('ends after as many bytes as it is given', async () => {
    const { image, memory, vmcoreinfo } = caseSession('whole', withPointer);
    const address = !isFailure(vmcoreinfo) ? Number(vmcoreinfo.value.address) : 0;
    expect(address).toBeGreaterThan(1 << 20);
    const mebibytes = Math.ceil(address / 2 ** 20);
    expect(await scanForVmcoreinfo(image, memory, signal, (mebibytes - 1) * 2 ** 20)).toEqual([]);
    expect(await scanForVmcoreinfo(image, memory, signal, mebibytes * 2 ** 20)).not.toEqual([]);
  });

  it('uses no copy that memory does not confirm: the right one may follow', async () => {
    const { utsName } = caseSession('whole', withPointer);
    // Of two copies of the text one is left, and no name of a kernel for it.
    const gone = `fill 0x211000 8 0\nfill 0x${(utsName?.address ?? 0n).toString(16)} 390 0\n`;
    const session = caseSession('unproven', without.replace('format', `${gone}format`));
    await session.lookForKernel(signal);
    expect(session.knownVmcoreinfo).toBeUndefined();
    expect((await session.findKernel(signal)).vmcoreinfo).toBeDefined();
  });

  it('can be cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(caseSession('lost', without).lookForKernel(abort.signal)).rejects.toBeInstanceOf(Cancelled);
  });
});
