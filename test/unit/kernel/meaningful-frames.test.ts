/** Which functions a title and a key are made from. */
import { describe, expect, it } from 'vitest';
import { loopRoot, meaningful, stableFunction } from '../../../src/analysis/kernel/verdict/meaningful-frames.ts';
import { logEvents } from '../../../src/analysis/kernel/verdict/log-events.ts';
import { signed } from '../../../src/analysis/kernel/verdict/signature.ts';
import { anchors, glue } from '../../../src/analysis/kernel/verdict/glue-functions.ts';
import { helpers } from '../../../src/analysis/kernel/verdict/helper-functions.ts';
import { isGlue, isHelper } from '../../../src/analysis/kernel/verdict/skip-list.ts';
import { stackOf } from './verdict-evidence.ts';

const of = (...names: readonly string[]): readonly string[] => meaningful(stackOf(...names));

describe('meaningful functions', () => {
  it('leave out helpers wherever they are, and glue', () => {
    expect(of('memcpy', 'weigh_parcel', 'mutex_lock', 'clerk', 'kthread', '__ret_from_fork', 'ret_from_fork')).toEqual(['weigh_parcel', 'clerk']);
  });

  it('have no compiler suffixes, and a function that calls itself once', () => {
    expect(of('weigh.constprop.0.isra.0', 'weigh.part.3', 'weigh', 'clerk.cold', 'ask.llvm.123')).toEqual(['weigh', 'clerk', 'ask']);
  });

  it('end where an interrupt stopped other code, and go on through an exception of the code itself', () => {
    expect(of('!weigh', 'expire', 'call_timer_fn', 'handle_softirqs', 'ext_int_handler', '!innocent', 'caller')).toEqual(['weigh', 'expire']);
    expect(of('out_of_memory', 'do_exception', 'pgm_check_handler', '!__clear_user', 'read_parcel')).toEqual(['read_parcel']);
  });

  it('are the innermost glue where there is nothing else, and the innermost of all where there are only helpers', () => {
    expect(of('!__run_timers', 'timer_expire_remote', 'handle_softirqs')).toEqual(['__run_timers']);
    expect(of('!memcpy', '__mutex_lock')).toEqual(['memcpy']);
    expect(of()).toEqual([]);
  });

  it('are never guesses, and not what called a place without a name', () => {
    const [first, second] = stackOf('weigh', 'clerk');
    expect(meaningful([{ ...first!, kind: 'guess' }, second!])).toEqual(['clerk']);
    expect(meaningful([{ kind: 'running' }, { ...first!, kind: 'guess' }, second!])).toEqual([]);
  });
});

describe('a caller without a name', () => {
  const lost = { kind: 'return' } as const;
  const [wait, lock, own, thread] = stackOf('schedule', '__mutex_lock', 'carry_parcel', 'kthread');

  it('hides the place: neither the helpers before it nor its callers are the place', () => {
    expect(meaningful([wait!, lock!, lost, thread!])).toEqual([]);
    expect(meaningful([wait!, lock!, lost, own!, thread!])).toEqual([]);
    expect(signed({ class: 'deadlock', tie: 'lasting', what: 'Deadlock', frames: [wait!, lock!, lost, thread!], evidence: [] }, 'b1d')).toMatchObject({
      title: 'Deadlock',
      signature: { title: 'Deadlock' },
    });
  });

  it('further out hides no place, but other bugs can have the functions further in: there is no key', () => {
    const frames = [wait!, lock!, own!, lost, thread!];
    expect(meaningful(frames)).toEqual(['carry_parcel']);
    const { title, signature } = signed({ class: 'hung-task', tie: 'lasting', what: 'Task hangs', frames, evidence: [] }, 'b1d');
    expect(title).toBe('Task hangs in carry_parcel');
    expect(signature.stack).toBeUndefined();
  });

  it('is the place of an instruction that failed in it', () => {
    expect(meaningful([{ kind: 'interrupted' }, own!, thread!])).toEqual([]);
    expect(loopRoot([own!, lost, thread!])).toEqual([]);
  });
});

describe('a loop', () => {
  it('has the key of the function by which it was entered, wherever in it the dump caught it', () => {
    expect(loopRoot(stackOf('step', 'rebuild', 'rebuild_thread', 'kthread'))).toEqual(['rebuild_thread']);
    expect(loopRoot(stackOf('rebuild', 'rebuild_thread', 'kthread'))).toEqual(['rebuild_thread']);
    expect(loopRoot(stackOf('step', 'rebuild', 'parcel_write', 'proc_reg_write', 'vfs_write', 'ksys_write', '__do_syscall'))).toEqual(['parcel_write']);
  });

  it('is named by what two looks have in common', () => {
    expect(stableFunction(stackOf('step', 'rebuild', 'thread'), ['other', 'between', 'rebuild', 'thread'])).toBe('rebuild');
    expect(stableFunction(stackOf('rebuild', 'thread'), [])).toBe('rebuild');
    // A call trace that leaves out who called a function without a frame.
    expect(stableFunction(stackOf('rebuild', 'thread'), ['step', 'thread'])).toBe('rebuild');
  });
});

describe('keys', () => {
  const trouble = { class: 'bug', tie: 'end', what: 'BUG', evidence: [] } as const;

  it('are the same for the same functions at other offsets, and differ with them', () => {
    const one = signed({ ...trouble, frames: stackOf('weigh.constprop.0', 'clerk') }, 'b1');
    const moved = signed(
      { ...trouble, frames: stackOf('weigh', 'clerk').map((frame) => ({ ...frame, symbol: frame.symbol?.replace('+0x10', '+0x44 [m]') })) },
      'b2',
    );
    expect(moved.signature.stack).toBe(one.signature.stack);
    expect(moved.title).toBe('BUG in weigh');
    expect(one.signature.exact).toBe('b1 weigh.constprop.0+0x10');
    expect(moved.signature.exact).toBe('b2 weigh+0x44 [m]');
    expect(signed({ ...trouble, frames: stackOf('weigh', 'porter') }, 'b1').signature.stack).not.toBe(one.signature.stack);
  });

  it('take six functions and no more', () => {
    const names = ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1'];
    expect(signed({ ...trouble, frames: stackOf(...names) }, undefined).frames).toEqual(names.slice(0, 6));
    expect(signed({ ...trouble, frames: [] }, 'b1').signature).toEqual({ title: 'BUG' });
  });
});

describe('the skip list', () => {
  it.each([...helpers, ...glue, ...anchors].map((group) => [group.about, group.names] as const))(
    '%s: names of functions, some with an open end',
    (_, names) => {
      expect(names.length).toBeGreaterThan(0);
      // An open end of few letters would take functions of others with it.
      expect(names.filter((name) => !/^\w[\w.]*\*?$/.test(name) || (name.endsWith('*') && name.length < 5))).toEqual([]);
    },
  );

  it.each([
    'weigh_parcel',
    'list_orders',
    'print_invoice',
    'slab_report',
    'down_payment',
    'tick_list',
    'schedule_delivery',
    'mutex_test',
    'queue_parcel',
    'string_table',
    'up_link',
  ])('leaves %s alone', (name) => {
    expect(isHelper(name) || isGlue(name)).toBe(false);
  });
});

describe('the place of a BUG in the log', () => {
  it('is the one that the kernel names, not that of a PSW after the end of the function', () => {
    const lines = [
      'kernel BUG at weigh_parcel+0x1c/0x20 [depot]  [verbose debug info unavailable]',
      'monitor event: 0040 ilc:2 [#1] SMP ',
      'Krnl PSW : 0704c00180000000 000003ff7f06bd8c (next_function+0x0/0x88 [depot])',
      'Call Trace:',
      ' [<000003ff7f06bd8c>] next_function+0x0/0x88 [depot] ',
      '([<000003ff7f06bd00>] 0x3ff7f06bd00)',
      ' [<0000000000345678>] proc_reg_write+0x96/0xd8 ',
    ];
    const [event] = logEvents(lines.map((text, at) => ({ text, time: BigInt(at) * 1000n, facility: 0 })));
    expect(event?.frames.map(({ symbol }) => symbol)).toEqual(['weigh_parcel+0x1c', 'proc_reg_write+0x96']);
  });
});
