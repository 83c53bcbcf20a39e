import { describe, expect, it } from 'vitest';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { EngineFailure } from '../../../src/shared/rpc.ts';
import type { TriageDump } from '../../../src/shared/triage-model.ts';
import { neededJobs } from '../../../src/renderer/state/dump-jobs.ts';
import { bytesPerSecond, fractionOf, measure, rateOf, secondsLeft } from '../../../src/renderer/state/job-meter.ts';
import { createJobs, type Job, type JobState } from '../../../src/renderer/state/jobs.ts';
import { newDump } from '../../../src/renderer/state/open-dump.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pages = (done: number, phase: ScanProgress['phase'] = 'index'): ScanProgress => ({ phase, done, total: 1000, unit: 'pages' });

describe('job meter', () => {
  it('knows rate and remaining time from the last seconds', () => {
    let meter = measure(undefined, pages(0), 0);
    expect(rateOf(meter)).toBeUndefined();
    meter = measure(meter, pages(100), 1000);
    meter = measure(meter, pages(200), 2000);
    expect(rateOf(meter)).toBe(100);
    expect(bytesPerSecond(meter)).toBe(409600);
    expect(secondsLeft(meter)).toBe(8);
    expect(fractionOf(meter)).toBe(0.2);
    // A pause long ago says nothing about now.
    meter = measure(meter, pages(700), 60_000);
    meter = measure(meter, pages(900), 61_000);
    expect(rateOf(meter)).toBe(200);
  });

  it('starts afresh with each phase', () => {
    const meter = measure(measure(undefined, pages(900), 0), pages(10, 'digest'), 1000);
    expect(rateOf(meter)).toBeUndefined();
    expect(meter.progress.phase).toBe('digest');
  });
});

const request = { kind: 'index', title: 'Page index', dump: 'a', dumpName: 'a.elf' } as const;

describe('jobs', () => {
  it('distinguish a cancelled job from one whose engine ended and from one that failed', async () => {
    const jobs = createJobs();
    const states = (): JobState[] => jobs.all.get().map(({ state }) => state);
    jobs.run(request, ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('x')))));
    jobs.run({ ...request, kind: 'verify' }, () => Promise.reject(new EngineFailure('ended by SIGKILL')));
    jobs.run({ ...request, kind: 'report' }, () => Promise.reject(new Error('disk full')));
    jobs.cancel(jobs.all.get().find(({ kind }) => kind === 'index')!.id);
    expect(states()).toEqual(['running', 'running', 'cancelling']);
    await settled();
    expect(states()).toEqual(['failed', 'stopped', 'cancelled']);
    jobs.clear();
    expect(jobs.all.get()).toEqual([]);
  });

  it('run once per kind and dump', () => {
    const jobs = createJobs();
    const never = (): Promise<string> => new Promise(() => undefined);
    jobs.run(request, never);
    jobs.run(request, never);
    jobs.run({ ...request, dump: 'b' }, never);
    expect(jobs.all.get().length).toBe(2);
  });
});

describe('background work of a dump', () => {
  const dump = newDump('a', '/a.elf');
  const job = (kind: Job['kind'], state: JobState): Job => ({
    ...request,
    id: kind,
    kind,
    state,
    meter: undefined,
    startedAt: 0,
    endedAt: undefined,
    outcome: undefined,
  });

  it('is everything at first, and nothing when it is done', () => {
    expect(neededJobs(dump, [])).toEqual(['quick-verify', 'index']);
    expect(neededJobs({ ...dump, checked: 'quick', coverage: { indexed: 9, total: 9 } }, [])).toEqual([]);
  });

  it('attaches what was attached before, until the triage has it', () => {
    const wanting = { ...dump, checked: 'quick' as const, coverage: { indexed: 9, total: 9 }, attachments: { vmlinux: '/v' } };
    expect(neededJobs(wanting, [])).toEqual(['attach']);
    expect(neededJobs(wanting, [job('attach', 'running')])).toEqual([]);
    // Another rejected file does not matter.
    expect(neededJobs(wanting, [job('attach', 'failed')])).toEqual(['attach']);
    const triage = { info: { kernel: { attached: [{ kind: 'vmlinux', file: 'v' }] } } } as unknown as TriageDump;
    expect(neededJobs({ ...wanting, triage }, [])).toEqual([]);
  });

  it('stays cancelled after the user cancelled it', () => {
    expect(neededJobs(dump, [job('index', 'cancelled')])).toEqual(['quick-verify']);
  });

  it('continues once after the engine ended, but not if it ends the engine again', () => {
    expect(neededJobs(dump, [job('index', 'stopped')])).toEqual(['quick-verify', 'index']);
    expect(neededJobs(dump, [job('index', 'stopped'), job('index', 'stopped')])).toEqual(['quick-verify']);
  });
});
