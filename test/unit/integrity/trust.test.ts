/** The checks raise and lower the trust of facts, and say why; damage is tied to what lies there. */
import { describe, expect, it } from 'vitest';
import type { VerifyJson } from '../../../src/shared/check-model.ts';
import type { Info } from '../../../src/shared/model.ts';
import { judgedInfo } from '../../../src/analysis/engine/triage/info.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { damageOf } from '../../../src/analysis/engine/integrity/verify.ts';
import { caseSession } from '../../case-answers.ts';

const { signal } = new AbortController();
const infoOf = (text: string): Promise<Info> => judgedInfo(caseSession('case.dump', text), signal);

async function mapOf(text: string): Promise<NonNullable<VerifyJson['damage']>> {
  const session = caseSession('case.dump', text);
  const checks = await checkSession(session, 'scan', signal);
  return damageOf(session, checks);
}

const system = 'system healthy cpus=2 state=disabled-wait reipl-entry ipib';

describe('trust', () => {
  it('of an intact dump: checksums verify, agreeing sources are consistent', async () => {
    const { provenance = {} } = await infoOf(`${system}\nformat s390`);
    expect(provenance['/memory/crashkernel']).toMatchObject({ trust: 'verified', source: expect.stringContaining('os-info-page passed') as string });
    expect(provenance['/kernel/release']?.trust).toBe('consistent');
    expect(provenance['/container/complete']).toMatchObject({ trust: 'consistent', source: expect.stringContaining('end-marker passed') as string });
    expect(Object.values(provenance).filter(({ trust }) => trust === 'contradicted' || trust === 'missing')).toEqual([]);
  });

  it('a failed os_info checksum contradicts the crashkernel memory', async () => {
    const { provenance = {}, memory } = await infoOf(`${system}\ndamage osinfo-checksum\nformat s390`);
    expect(memory.crashkernel).toBeDefined();
    expect(provenance['/memory/crashkernel']).toMatchObject({ trust: 'contradicted', source: expect.stringContaining('os-info-page failed') as string });
  });

  it('what is expected and absent is missing, with the reason', async () => {
    const { provenance = {}, memory } = await infoOf(`${system}\ndamage osinfo-magic\nformat s390`);
    expect(memory.crashkernel).toBeUndefined();
    expect(provenance['/memory/crashkernel']).toMatchObject({ trust: 'missing', source: expect.stringContaining('no os_info magic') as string });
  });

  it('what has only one source stays unverifiable', async () => {
    const { provenance = {} } = await infoOf('memory 64 KiB\ncpu prefix=0x2000\nformat elf-vmcore');
    expect(provenance['/machine/arch']?.trust).toBe('unverifiable');
  });
});

describe('damage map', () => {
  it('of an intact dump is empty', async () => {
    expect(await mapOf(`${system}\nformat s390`)).toEqual([]);
  });

  it('ties a wrong os_info checksum to the os_info page', async () => {
    const [entry, ...more] = await mapOf(`${system}\ndamage osinfo-checksum\nformat s390`);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ severity: 'error', findings: ['os-info-page/checksum', 'os-info-page'], cpus: [] });
    expect(entry?.structures).toContain('os_info');
  });

  it('ties a register that differs to the lowcore of its CPU', async () => {
    const entries = await mapOf('system healthy cpus=2 state=kdump\ndamage stored-register\nformat elf-vmcore');
    const [entry] = entries.filter(({ findings }) => findings.includes('cross-registers'));
    expect(entry?.cpus).toHaveLength(1);
    expect(entry?.structures.some((name) => name.startsWith('lowcore of CPU'))).toBe(true);
  });
});
