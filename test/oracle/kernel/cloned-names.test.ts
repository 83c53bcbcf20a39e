/** A function that compilers cloned is found by the name that titles and people give it. */
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../cli-in-process.ts';
import { dumpFile, haveDump } from '../../dumps.ts';

const name = 'c-abba-mutex.kdump';

describe.skipIf(!haveDump(name))('a name without what compilers append', () => {
  if (!haveDump(name)) it('needs the real dumps', () => undefined);

  it('is that of the only clone; for an unknown name there is an error that contains it', async () => {
    const path = await dumpFile(name);
    const whole = await runInProcess(['disassemble', path, 'poll_schedule_timeout.constprop.0', '--count', '2']);
    const short = await runInProcess(['disassemble', path, 'poll_schedule_timeout', '--count', '2']);
    expect(whole.code).toBe(0);
    expect(short.out).toBe(whole.out);
    expect(short.out).toContain('poll_schedule_timeout.constprop.0');
    const noCpu = await runInProcess(['disassemble', path, 'poll_schedule_timeout', '--cpu', '99']);
    expect([noCpu.code, noCpu.out]).toEqual([2, '']);
    const none = await runInProcess(['disassemble', path, 'no_such_function']);
    expect([none.code, none.out]).toEqual([3, '']);
    expect(none.err).toContain('no symbol is named no_such_function');
  });
});
