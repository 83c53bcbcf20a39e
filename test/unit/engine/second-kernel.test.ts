/** Two kernels in a dump: the one that crashed, and the kdump kernel. */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const { signal } = new AbortController();
const open = (system: ReturnType<typeof s390xSystem>): Session => sessionOn(memorySource('dump', elfVmcore(system)));

describe('a kernel that knows where the notes of another one lie', () => {
  const system = (elfcorehdr: bigint) => {
    const made = s390xSystem({ state: 'running', elfcorehdr });
    const uts = made.memory.size - 0x1000;
    for (const [n, value] of ['Linux', 'host', '6.1.0-production', '#1 SMP', 's390x'].entries()) made.memory.text(uts + 4 + 65 * n, `${value}\0`);
    const first = [
      'OSRELEASE=6.1.0-production',
      'PAGESIZE=4096',
      `SYMBOL(init_uts_ns)=${uts.toString(16)}`,
      ...Array.from({ length: 10 }, (_, n) => `NUMBER(N${n})=${n}`),
    ];
    made.memory.text(uts - 0x1000, `${first.join('\n')}\n`);
    return made;
  };

  it('is a kdump kernel: the one that crashed is looked for and named', async () => {
    const { info } = await triage(open(system(0x40_0000n)), signal);
    expect(info.findings).toContainEqual(
      expect.objectContaining({ id: 'vmcoreinfo/second-kernel', detail: expect.stringContaining('another kernel in this dump (6.1.0-production)') as string }),
    );
  });

  it('in others elfcorehdr_addr has no address, and nothing is looked for', async () => {
    const { info } = await triage(open(system((1n << 64n) - 1n)), signal);
    expect(info.findings.map(({ id }) => id)).not.toContain('vmcoreinfo/second-kernel');
  });
});

describe('a kdump kernel that runs in memory that is in the dump', () => {
  it('is a finding although the text of the production kernel fits', async () => {
    const system = s390xSystem({ state: 'disabled-wait' });
    const area = system.crashkernel;
    if (area === undefined) throw new Error('the system has crashkernel memory');
    const [at, uts] = [area.start + area.size - 0x2000, area.start + area.size - 0x1000];
    for (const [n, value] of ['Linux', 'host', '6.1.0-kdump', '#1 SMP', 's390x'].entries()) system.memory.text(uts + 4 + 65 * n, `${value}\0`);
    const second = [
      'OSRELEASE=6.1.0-kdump',
      'PAGESIZE=4096',
      `SYMBOL(init_uts_ns)=${uts.toString(16)}`,
      ...Array.from({ length: 10 }, (_, n) => `NUMBER(N${n})=${n}`),
    ];
    system.memory.text(at, `${second.join('\n')}\n`);
    const vmcoreinfo = `${system.vmcoreinfo ?? ''}CRASHTIME=1700000000\n`;
    const session = sessionOn(memorySource('dump', elfVmcore({ ...system, vmcoreinfo }, { producer: 'qemu', vmcoreinfoNote: true })));
    const { info } = await triage(session, signal);
    expect(session.knownVmcoreinfo?.entries.get('OSRELEASE')).toBe(system.uts.release);
    expect(info.findings).toContainEqual(
      expect.objectContaining({ id: 'vmcoreinfo/second-kernel', detail: expect.stringContaining('another kernel in this dump (6.1.0-kdump)') as string }),
    );
  });
});
