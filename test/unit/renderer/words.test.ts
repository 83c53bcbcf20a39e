import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/shared/check-model.ts';
import type { Info } from '../../../src/shared/model.ts';
import type { TriageDump } from '../../../src/shared/triage-model.ts';
import { verdictClasses, type VerdictClass } from '../../../src/shared/verdict-model.ts';
import { catalogue } from '../../../src/analysis/engine/catalogue.ts';
import { checks } from '../../../src/analysis/integrity/index.ts';
import { shortDigests } from '../../../src/renderer/words/digests.ts';
import { dumpFacts, recentTitle } from '../../../src/renderer/words/dump-facts.ts';
import { durationText, timesInText } from '../../../src/renderer/words/durations.ts';
import { healthBadge, healthWords } from '../../../src/renderer/words/health.ts';
import { countText, percentText, plural } from '../../../src/renderer/words/numbers.ts';
import { placePosition, placeText } from '../../../src/renderer/words/place.ts';
import { kdumpSentence, verdictBanner } from '../../../src/renderer/words/verdict.ts';

const health = { passed: 0, failed: 0, notRecorded: 0, notApplicable: 0, unreadable: 0, notRun: 0 };
const info: Info = {
  schema: 1,
  tool: { name: 'dumpbench', version: '0' },
  file: { path: '/a', bytes: 4096 },
  container: { format: 's390', version: 5, flattened: false, complete: true },
  machine: { arch: 's390x', endianness: 'big', bits: 64, pageSize: 4096, cpuCount: 1, hypervisor: 'KVM' },
  memory: { bytes: 384 << 20, ranges: [], rangeCount: 0, end: '0x18000000' },
  kernel: { release: '6.1.192' },
  times: { dumpStart: '2026-11-23T07:25:37.123456Z' },
  findings: [],
  provenance: {
    '/machine/arch': { source: 'header', trust: 'verified' },
    '/machine/hypervisor': { source: 'lowcore flags', trust: 'contradicted' },
  },
};
const check = (id: string, verdict: CheckResult['verdict'], detail = 'because'): CheckResult => ({ id, title: `title of ${id}`, verdict, detail });
const triage = (reason?: string, reasonGist = reason): TriageDump => ({
  info,
  health,
  verdict: { class: 'unknown', contributing: [], title: 'Cause not known', signature: { title: 'Cause not known' }, frames: [], evidence: [] },
  checks: [],
  cpus: [],
  ...(reason === undefined ? {} : { reason }),
  ...(reasonGist === undefined ? {} : { reasonGist }),
});
/** A failed check with the texts of its registration. */
const failedCheck = (id: string, detail?: string): CheckResult => {
  const { title, failure, gravity } = checks.find((one) => one.id === id)!;
  return { ...check(id, 'failed', detail), title, failure, gravity };
};

describe('numbers', () => {
  it('are written in the usual form', () => {
    expect([0, 999, 1000, 98304, 1234567].map(countText)).toEqual(['0', '999', '1,000', '98,304', '1,234,567']);
    expect(plural(1, 'CPU')).toBe('1 CPU');
    expect([1.23, 59.6, 200, 7500].map(durationText)).toEqual(['1.2 s', '1 min', '3 min 20 s', '2 h 5 min']);
    expect(timesInText('at 2026-03-15T09:26:53.5Z it stopped')).toBe('at 2026-03-15 09:26:53 UTC it stopped');
  });

  it('are never rounded to nothing, nor from nearly all to all', () => {
    expect(percentText(1, 98304)).toBe('<0.1 %');
    expect(percentText(98303, 98304)).toBe('99 %');
    expect(percentText(5, 5)).toBe('100 %');
    expect(percentText(0, 0)).toBe('0 %');
  });
});

describe('digests', () => {
  it('are shortened to what distinguishes them; shorter numbers are not', () => {
    expect(shortDigests(`recorded ${'00b030be'.repeat(8)}, at 0x10010000`)).toBe('recorded 00b030be…, at 0x10010000');
  });
});

describe('facts', () => {
  it('carry the least trust of their evidence, and all sources', () => {
    const machine = dumpFacts(info, catalogue()).find(({ id }) => id === 'machine');
    expect(machine).toMatchObject({ pill: 'z/Architecture, KVM guest', trust: 'contradicted', source: 'header; lowcore flags' });
  });

  it('omit what is not known', () => {
    expect(dumpFacts(info, catalogue()).flatMap(({ pill }) => pill ?? [])).toEqual([
      's390 stand-alone dump, version 5',
      'complete',
      '384 MiB',
      '1 CPU',
      'z/Architecture, KVM guest',
      'Linux 6.1.192',
      'dumped 2026-11-23 07:25:37 UTC',
    ]);
    expect(recentTitle(info, catalogue())).toBe('s390 stand-alone dump, 384 MiB, Linux 6.1.192');
  });
});

describe('health', () => {
  it('calls passed only what passed', () => {
    expect(healthBadge(health)).toBe('unknown');
    expect(healthBadge({ ...health, passed: 3 })).toBe('passed');
    expect(healthBadge({ ...health, passed: 3, failed: 1 })).toBe('failed');
    expect(healthBadge({ ...health, passed: 3, unreadable: 1 })).toBe('unknown');
    expect(healthWords({ ...health, passed: 3, notRun: 2 })).toBe('3 passed, 0 failed, 0 not recorded, 2 not run');
  });
});

describe('verdict', () => {
  it('names the gravest failure, then what else is known', () => {
    const banner = verdictBanner(triage('The kernel panicked at 2026-03-15T09:26:53Z.'), [
      failedCheck('purgatory-sha256'),
      failedCheck('os-info-page', 'the checksum is wrong'),
      check('segments', 'passed'),
    ]);
    expect(banner).toMatchObject({ tone: 'bad', headline: 'os_info is damaged.' });
    expect(banner.detail).toEqual(['The checksum is wrong.', '1 more check failed.', 'The kernel panicked at 2026-03-15 09:26:53 UTC.']);
    expect(banner.check?.id).toBe('os-info-page');
  });

  it('begins with a failed attestation: nothing else counts then', () => {
    const banner = verdictBanner(triage(), [failedCheck('container-complete'), failedCheck('attestation', 'no signature by the public key is valid')]);
    expect(banner).toMatchObject({
      headline: 'The dump is not the one that was attested, or the signature is wrong.',
      detail: ['No signature by the public key is valid.', '1 more check failed.'],
    });
  });

  it('names a check of an engine that gives no sentence', () => {
    expect(verdictBanner(triage(), [check('new-check', 'failed')]).headline).toBe('title of new-check: the check failed.');
  });

  it('gives the reason if nothing failed, with what could not be checked', () => {
    const banner = verdictBanner(triage('No crash is recorded: vmcoreinfo has no CRASHTIME.', 'No crash is recorded'), [
      check('segments', 'passed'),
      check('ipib', 'unreadable', 'the page is missing'),
    ]);
    expect(banner.headline).toBe('No crash is recorded.');
    expect(banner.detail.join(' ')).not.toContain('CRASHTIME');
    expect(banner.detail).toContain('1 check could not be made: the page is missing.');
  });

  it('has the text of the kernel log in the headline, but not where it was found', () => {
    const reason = 'Kernel panic - not syncing: sysrq triggered crash (kernel log, 27.5 s after boot). CPU 0 was running init (pid 1).';
    const gist = 'Kernel panic - not syncing: sysrq triggered crash';
    expect(verdictBanner(triage(reason, gist), [check('segments', 'passed')]).headline).toBe('Kernel panic - not syncing: sysrq triggered crash.');
    const failed = verdictBanner(triage(reason, gist), [failedCheck('os-info-page', 'the checksum is wrong')]);
    expect(failed.detail).toEqual(['The checksum is wrong.', 'Kernel panic - not syncing: sysrq triggered crash.']);
  });

  it('has the colour of what happened: red for a crash, amber for a requested or unknown end, neither for a running system', () => {
    const toneOf = (name: VerdictClass): string => verdictBanner({ ...triage('It stopped.'), verdict: { ...triage().verdict, class: name } }, []).tone;
    expect(Object.fromEntries(verdictClasses.map((name) => [name, toneOf(name)]))).toMatchObject({
      'null-pointer': 'bad',
      bug: 'bad',
      'hung-task': 'bad',
      'disabled-wait': 'bad',
      'operator-request': 'warn',
      unknown: 'warn',
      running: 'plain',
      'hypervisor-request': 'plain',
    });
    // Nor is it green because checks passed.
    expect(verdictBanner({ ...triage(), verdict: { ...triage().verdict, class: 'bug' } }, [check('segments', 'passed')]).tone).toBe('bad');
  });

  it('is never green while checks are pending or nothing was compared', () => {
    expect(verdictBanner(triage(), []).tone).toBe('plain');
    expect(verdictBanner(triage(), [check('segments', 'passed'), check('ipib', 'not-run')]).tone).toBe('plain');
    expect(verdictBanner(triage(), [check('segments', 'passed')]).tone).toBe('ok');
    expect(verdictBanner(triage(), [check('ipib', 'unreadable')]).tone).toBe('warn');
  });
});

describe('places', () => {
  it('have a text and a position', () => {
    expect(placeText({ space: 'absolute', start: '0x10010000', end: '0x10020000' })).toBe('absolute:0x10010000 + 64 KiB');
    expect(placePosition({ fileOffset: 52, bytes: 2 })).toEqual({ space: 'file', address: 52n, length: 2 });
    expect(placePosition({ space: 'absolute', start: '0x0', end: '0x10000000000' })).toEqual({ space: 'absolute', address: 0n, length: 0 });
  });
});

describe('decisions about kdump', () => {
  it('are mentioned only if known, and never derived from one another', () => {
    const steps: never[] = [];
    expect(kdumpSentence({})).toBeUndefined();
    expect(kdumpSentence({ standaloneKdump: { outcome: 'unknown', steps: steps } })).toBeUndefined();
    expect(
      kdumpSentence({
        panicKdump: { outcome: 'falls-to-panic-action', steps: steps },
        standaloneKdump: { outcome: 'disabled-wait', waitCode: '0x4521', steps: steps },
      }),
    ).toBe('A panic would not have started kdump. A stand-alone kdump would have stopped in a disabled wait, code 0x4521.');
    expect(kdumpSentence({ panicKdump: { outcome: 'start-kdump', steps: steps }, standaloneKdump: { outcome: 'start-kdump', steps: steps } })).toBe(
      'kdump would have started, after a panic and stand-alone.',
    );
  });
});
