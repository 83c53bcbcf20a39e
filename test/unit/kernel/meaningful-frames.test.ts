/** Which functions a title and a key are made from. */
import { describe, expect, it } from 'vitest';
import { loopRoot, meaningful, stableFunction } from '../../../src/analysis/kernel/verdict/meaningful-frames.ts';
import { signed } from '../../../src/analysis/kernel/verdict/signature.ts';
import { anchors, glue } from '../../../src/analysis/kernel/verdict/glue-functions.ts';
import { helpers } from '../../../src/analysis/kernel/verdict/helper-functions.ts';
import { isGlue, isHelper } from '../../../src/analysis/kernel/verdict/skip-list.ts';
import { stackOf } from './verdict-evidence.ts';

const of = (...names: readonly string[]): readonly string[] => meaningful(stackOf(...names));

describe('meaningful functions', () => {
  it('leave out helpers wherever they stand, and glue', () => {
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

  it('are never guesses or places without a name', () => {
    const [first, second] = stackOf('weigh', 'clerk');
    expect(meaningful([{ kind: 'running' }, { ...first!, kind: 'guess' }, second!])).toEqual(['clerk']);
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
