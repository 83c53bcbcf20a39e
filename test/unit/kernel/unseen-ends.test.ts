/** What a verdict does not say of what could not be seen. */
import { describe, expect, it } from 'vitest';
import { running, verdictText } from './verdict-evidence.ts';

const stopped = { disabledWait: { cpu: 'CPU 0', address: '0x1234' }, panicCpu: 'unset' } as const;
const noLog = { logGap: 'The kernel log could not be read: its symbol is not known.' };
const noStacks = { noStacks: 'the stacks of the CPUs could not be followed' };
const blind = { panicCpu: undefined, unseen: new Map([['panic_cpu', 'no symbols']]) } as unknown as Partial<typeof running>;

describe('a disabled wait', () => {
  it('is without a panic where the log was read whole and panic_cpu or the stacks show none', () => {
    expect(verdictText(stopped)).toBe('disabled-wait []: Disabled wait without a panic');
    expect(verdictText(stopped, noStacks)).toBe('disabled-wait []: Disabled wait without a panic');
    expect(verdictText(stopped, blind)).toBe('disabled-wait []: Disabled wait without a panic');
  });

  it.each([
    ['the log', noLog],
    ['panic_cpu and the stacks', { ...blind, ...noStacks }],
  ])('does not say so where %s could not be seen', (_, unseen) => {
    expect(verdictText(stopped, unseen)).toMatch(/^disabled-wait \[\]: Disabled wait; whether a panic came before it could not be seen \(excluded: /);
  });

  it('came after an end that had begun where panic_cpu or CRASHTIME says so', () => {
    expect(verdictText(stopped, { panicCpu: 1 })).toMatch(/: Disabled wait after a panic or a start of kdump/);
    expect(verdictText(stopped, { crashTime: '2026-03-14T09:26:53Z' })).toMatch(/: Disabled wait after a panic or a start of kdump/);
  });
});
