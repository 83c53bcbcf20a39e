/** A report says of the end of a system what triage says, by the same evidence. */
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/analysis/engine/integrity/report.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import type { ReportModel } from '../../../src/analysis/report/report-model.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import type { TriageDump } from '../../../src/shared/triage-model.ts';
import { caseSession } from '../../case-answers.ts';
import { open } from './reason-evidence.ts';

const { signal } = new AbortController();

interface Both {
  readonly report: ReportModel;
  readonly seen: TriageDump;
}

/** Each from a session of its own, so that neither sees what the other one found. */
async function both(make: () => Session): Promise<Both> {
  const report = await buildReport(make(), { quick: true }, new Set(), { signal, progress: () => undefined });
  return { report, seen: await triage(make(), signal) };
}

/** What both say of the end, and the checks that triage makes. */
const ofReport = ({ reason, verdict, info, cpus, checks }: ReportModel, { checks: made }: TriageDump): object => ({
  reason,
  verdict,
  findings: info.findings,
  cpus,
  checks: made.map(({ id }) => checks.find((check) => check.id === id)),
});
const ofTriage = ({ reason, verdict, info, cpus, checks }: TriageDump): object => ({ reason, verdict, findings: info.findings, cpus, checks });
const headers = (one: TriageDump): TriageDump => ({ ...one, checks: one.checks.filter(({ verdict }) => verdict !== 'not-run') });

async function same(make: () => Session): Promise<TriageDump> {
  const { report, seen } = await both(make);
  expect(ofReport(report, headers(seen))).toEqual(ofTriage(headers(seen)));
  return seen;
}

const withCrashTime = (value: string): Session => {
  const system = s390xSystem({ state: 'kdump' });
  return open({ ...system, vmcoreinfo: (system.vmcoreinfo ?? '').replace(/^CRASHTIME=.*$/m, `CRASHTIME=${value}`) });
};

describe('a report and triage say the same', () => {
  it('of a panic_cpu that names another CPU than the one that crashed', async () => {
    const { info } = await same(() => open(s390xSystem({ state: 'kdump', firstCpu: 1, panicCpu: 0 })));
    expect(info.findings.map(({ id }) => id)).toContain('cross-cpu-count/panic-cpu');
  });

  it('of a CRASHTIME that is no time', async () => {
    const { reason } = await same(() => withCrashTime('-5'));
    expect(reason).toContain('at a time that is not known (CRASHTIME is -5)');
  });

  it('of a CRASHTIME that another time contradicts', async () => {
    const lines =
      'arch x86_64\nmemory 1 MiB\nvmcoreinfo "OSRELEASE=6.1.0" "PAGESIZE=4096" "CRASHTIME=1700000000"\ncpu\ntime 1600000000\nformat kdump-compressed codec=zlib\n';
    const { reason } = await same(() => caseSession('dump', lines));
    expect(reason).toContain('by CRASHTIME, which another time in the dump contradicts');
  });

  it('of a vmcoreinfo to which nothing leads', async () => {
    const system = () => {
      const made = s390xSystem({ state: 'kdump' });
      return sessionOn(memorySource('dump', elfVmcore({ ...made, memory: made.memory.fill(0xe0c, 8, 0) }, { producer: 'qemu' })));
    };
    const { info } = await same(system);
    expect(info.kernel.release).toBeDefined();
  });
});

describe('a CRASHTIME that is no time', () => {
  it('is none of a running system in the verdict either', async () => {
    const system = s390xSystem({ state: 'running', panicCpu: -1 });
    const vmcoreinfo = `${system.vmcoreinfo ?? ''}CRASHTIME=-5\n`;
    const make = (text: string): Session =>
      sessionOn(memorySource('dump', elfVmcore({ ...system, vmcoreinfo: text }, { producer: 'qemu', vmcoreinfoNote: true })));
    const { verdict, reason } = await same(() => make(vmcoreinfo));
    expect(reason).toContain('on its way into kdump at a time that is not known (CRASHTIME is -5)');
    expect(verdict.class).not.toBe('running');
    expect((await triage(make(system.vmcoreinfo ?? ''), signal)).verdict.class).not.toBe(verdict.class);
  });
});
