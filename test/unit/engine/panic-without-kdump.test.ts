/** A kernel that panicked without a kdump kernel, and was dumped from outside: its log tells, where vmcoreinfo and waits do not. */
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { withoutCrashTime } from '../without-crash-time.ts';

const never = new AbortController().signal;

describe('a panic that only the log tells of', () => {
  it('names the task and where it was', async () => {
    const system = withoutCrashTime(s390xSystem({ kernel: '6.1', state: 'kdump' }));
    const { reason } = await triage(sessionOn(memorySource('dump', elfVmcore(system))), never);
    expect(reason).toMatch(
      /^Kernel panic - not syncing: .*\. Whether kdump was started is not recorded: .*kexec_crash_image could not be read.*\. CPU 0 was running .* in sysrq_handle_crash, called by/,
    );
  });
});
