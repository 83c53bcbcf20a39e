/** Sources that agree because one was chosen by the other, or refused otherwise, confirm nothing. */
import { expect, it } from 'vitest';
import type { CheckContext, CheckOutcome } from '../../../src/analysis/integrity/check.ts';
import { crossKernelRelease } from '../../../src/analysis/integrity/checks/cross-sources.ts';
import { failed } from '../../../src/shared/result.ts';

const run = (more: { readonly attachedRelease?: string }): CheckOutcome | Promise<CheckOutcome> =>
  crossKernelRelease.run({ image: {}, vmcoreinfo: failed('vmcoreinfo', 'it is not there'), utsName: { release: '6.1.0' }, ...more } as CheckContext);

it('a kernel release that is recorded once is called so; one that only a chosen text repeats is not confirmed', async () => {
  expect(await run({})).toMatchObject({ verdict: 'not-recorded', detail: 'the kernel release is recorded in one place only' });
  expect(await run({ attachedRelease: '6.1.0' })).toMatchObject({
    verdict: 'not-recorded',
    detail: expect.stringMatching(/^no independent source confirms the kernel release; utsname says 6\.1\.0, the attached vmcoreinfo/) as string,
  });
  expect(await run({ attachedRelease: '6.1.1' })).toMatchObject({ verdict: 'failed' });
});
