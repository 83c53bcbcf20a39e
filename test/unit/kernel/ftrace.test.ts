/** Ftrace on described ring buffers: every kind of event in both byte orders, the order of time, filters, and damage that gives less, never something else. */
import { describe, expect, it } from 'vitest';
import { ftraceBuffers } from '../../../src/analysis/kernel/analyses/ftrace-buffers.ts';
import { ftraceText } from '../../../src/analysis/kernel/analyses/ftrace-text.ts';
import { ftrace } from '../../../src/analysis/kernel/analyses/ftrace.ts';
import type { Endian } from './described-btf.ts';
import { ask, code, DescribedFtrace, usualGraph, type Answer, type DescribedTrace } from './described-ftrace.ts';
import { eventData, type RingItem } from './described-ftrace-events.ts';

const linesOf = ({ rows }: Answer): readonly string[] => rows.map(({ text }) => String(text ?? ''));
const second = 1_000_000_000n;
const event = (data: Uint8Array, delta = 1000): RingItem => ({ is: 'event', delta, data });
const call = (endian: Endian, func: number, depth: number, pid = 7): Uint8Array => eventData(endian, 'funcgraph_entry', { func, depth }, { pid });
const exit = (endian: Endian, func: number, depth: number, nanoseconds: number, pid = 7): Uint8Array =>
  eventData(endian, 'funcgraph_exit', { func, depth, overrun: 0, calltime: 5n * second, rettime: 5n * second + BigInt(nanoseconds) }, { pid });

const header = [
  '#                                _-----=> irqs-off/BH-disabled',
  '#                               / _----=> need-resched',
  '#                              | / _---=> hardirq/softirq',
  '#                              || / _--=> preempt-depth',
  '#                              ||| / _-=> migrate-disable',
  '#                              |||| /     delay',
  '#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION',
  '#              | |         |   |||||     |         |',
];

/** An event of each kind. */
function kinds(endian: Endian): DescribedFtrace {
  const parts = { binary: 0, format: 0, text: 0 };
  const words = (values: readonly number[], text = ''): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, at) => view.setUint32(at * 4, value, endian === 'little'));
    return Uint8Array.from([...new Uint8Array(view.buffer), ...Buffer.from(text, 'latin1')]);
  };
  // Texts that events refer to lie where a first build puts them.
  const build = (): DescribedFtrace => {
    const made = new DescribedFtrace(
      endian,
      [
        {
          cpus: [
            {
              pages: [
                {
                  stamp: 12n * second,
                  items: [
                    event(eventData(endian, 'function', { ip: code.vfs_write, parent_ip: code.caller }, { pid: 7, flags: 1, preempt: 2 })),
                    event(eventData(endian, 'print', { ip: code.caller }, { pid: 7, flags: 0x18, preempt: 0x21, tail: Buffer.from('hello\n\0') })),
                    event(eventData(endian, 'bputs', { ip: code.caller, str: parts.text }, { pid: 9 })),
                    event(eventData(endian, 'bprint', { ip: code.caller, fmt: parts.format }, { pid: 9, tail: words([5, 0x1234], 'abc\0') })),
                    event(eventData(endian, 'kernel_stack', { size: 2 }, { pid: 0, tail: stack(endian, [code.vfs_read, code.caller, -1, code.vfs_write]) }), 2),
                    event(
                      eventData(
                        endian,
                        'sched_switch',
                        { prev_comm: 'first', prev_pid: -3, prev_state: 0x103, next_comm: (4 << 16) | 48, next_pid: 7 },
                        { pid: 7, flags: 4, tail: Buffer.from('two\0') },
                      ),
                    ),
                    event(eventData(endian, 'odd', { value: -5 }, { pid: 7 })),
                  ],
                },
              ],
            },
          ],
        },
      ],
      { 7: 'writer', 9: 'a-long-task-name' },
    );
    parts.text = made.text('put it\n');
    parts.format = made.text('n=%d x=%#x s=%s\n');
    return made;
  };
  build();
  return build();
}

function stack(endian: Endian, callers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(callers.length * 8));
  callers.forEach((value, at) => view.setBigUint64(at * 8, BigInt.asUintN(64, BigInt(value)), endian === 'little'));
  return new Uint8Array(view.buffer);
}

describe.each(['little', 'big'] as const)('ftrace, %s endian', (endian) => {
  it('every kind of event, with the columns before it', async () => {
    const answer = await ask(ftraceText, kinds(endian));
    expect(linesOf(answer)).toEqual([
      '# tracer: nop',
      '#',
      '# entries-in-buffer/entries-written: 7/7   #P:1',
      '#',
      ...header,
      '          writer-7       [000] d..2.    12.000001: vfs_write <-caller',
      '          writer-7       [000] ..H12    12.000002: caller: hello',
      ' a-long-task-nam-9       [000] .....    12.000003: caller: put it',
      ' a-long-task-nam-9       [000] .....    12.000004: caller: n=5 x=0x1234 s=abc',
      '          <idle>-0       [000] .....    12.000004: <stack trace>',
      ' => vfs_read',
      ' => caller',
      '          writer-7       [000] .n...    12.000005: sched_switch: prev=first:-3 S|D+ ==> two:7 seven',
      '          writer-7       [000] .....    12.000006: odd: value=-5',
    ]);
    expect(answer.missing).toEqual([{ what: 'what events odd say', why: 'their print format is not understood: their fields are shown instead' }]);
    const { rows } = await ask(ftrace, kinds(endian));
    expect(rows[0]).toEqual({
      instance: 'global',
      time: 12.000001,
      cpu: 0,
      pid: 7,
      comm: 'writer',
      event: 'function',
      function: 'vfs_write',
      functionAddress: '0x100',
      text: 'vfs_write <-caller',
      stamp: 12000001000,
    });
  });

  it('times: extended, absolute, of events that were given up, and a page that ends early', async () => {
    const data = eventData(endian, 'function', { ip: code.vfs_write, parent_ip: 0 });
    const described = new DescribedFtrace(endian, [
      {
        cpus: [
          {
            pages: [
              {
                stamp: second,
                items: [
                  event(data, 5),
                  { is: 'extend', time: 3n * second },
                  event(data, 7),
                  { is: 'discarded', bytes: 12 },
                  { is: 'event', delta: 11, data, isLong: true },
                  { is: 'stamp', time: 9n * second },
                  event(data, 0),
                  event(data, 13),
                  { is: 'end' },
                ],
              },
              { stamp: 20n * second, items: [event(data, 0)] },
            ],
          },
        ],
      },
    ]);
    const { rows, missing } = await ask(ftrace, described);
    expect(missing).toEqual([]);
    expect(rows.map(({ stamp }) => stamp)).toEqual([1000000005, 4000000012, 4000000023, 9000000000, 9000000013, 20000000000]);
    // A stamp of a clock that takes more than 59 bits: those above come from the page.
    const late = new DescribedFtrace(endian, [
      { cpus: [{ pages: [{ stamp: (1n << 60n) + 10n, items: [event(data, 0), { is: 'stamp', time: 50n }, event(data, 0)] }] }] },
    ]);
    expect((await ask(ftrace, late)).rows.map(({ stamp }) => stamp)).toEqual([String((1n << 60n) + 10n), String((1n << 60n) + 50n)]);
  });

  it('CPUs are merged by time, equal times by the lower CPU, and a CPU that begins later is marked where events were lost', async () => {
    const data = (ip: number): Uint8Array => eventData(endian, 'function', { ip, parent_ip: 0 }, { pid: 1 });
    const described = new DescribedFtrace(
      endian,
      [
        {
          cpus: [
            {
              overrun: 3,
              pages: [{ stamp: second, items: [event(data(code.vfs_write), 0), event(data(code.vfs_write), 2000), event(data(code.vfs_write), 2000)] }],
            },
            { pages: [{ stamp: second, items: [event(data(code.vfs_read), 4000), event(data(code.vfs_read), 2000)] }] },
          ],
        },
      ],
      { 1: 'init' },
    );
    const lines = linesOf(await ask(ftraceText, described)).slice(12);
    expect(lines).toEqual([
      '            init-1       [000] .....     1.000000: vfs_write',
      '            init-1       [000] .....     1.000002: vfs_write',
      '            init-1       [000] .....     1.000004: vfs_write',
      '##### CPU 1 buffer started ####',
      '            init-1       [001] .....     1.000004: vfs_read',
      '            init-1       [001] .....     1.000006: vfs_read',
    ]);
    const { rows } = await ask(ftraceBuffers, described);
    expect(rows.map(({ cpu, entries, overrun, oldest }) => [cpu, entries, overrun, oldest])).toEqual([
      [0, 3, 3, 1],
      [1, 2, 0, 1],
    ]);
  });

  it('function_graph: nesting, leaves, lost entries, marks, interrupts, the change of tasks, comments', async () => {
    const items = [
      event(exit(endian, code.caller, 3, 999)),
      event(call(endian, code.vfs_write, 0)),
      event(call(endian, code.vfs_read, 1)),
      event(exit(endian, code.vfs_read, 1, 12_345)),
      event(eventData(endian, 'print', { ip: code.caller }, { pid: 7, tail: Buffer.from('note\n\0') })),
      event(call(endian, code.do_irq, 1)),
      event(exit(endian, code.do_irq, 1, 1_234_567)),
      event(exit(endian, code.vfs_write, 0, 2_000_000_000)),
      event(call(endian, code.vfs_read, 0, 8)),
    ];
    const trace = (graph: DescribedTrace['graph']): DescribedFtrace =>
      new DescribedFtrace(endian, [{ tracer: 'function_graph', ...(graph === undefined ? {} : { graph }), cpus: [{ pages: [{ stamp: second, items }] }] }], {
        7: 'writer-task',
        8: 'b',
      });
    expect(linesOf(await ask(ftraceText, trace(usualGraph)))).toEqual([
      '# tracer: function_graph',
      '#',
      '# CPU  DURATION                  FUNCTION CALLS',
      '# |     |   |                     |   |   |   |',
      ' 0)   0.999 us    |        } /* caller */',
      ' 0)               |  vfs_write() {',
      ' 0) + 12.345 us   |    vfs_read();',
      ' 0)               |  /* note */',
      ' 0)   ==========> |',
      ' 0) # 1234.567 us |    do_irq();',
      ' 0)   <========== |',
      ' 0) $ 2000000 us  |  }',
      ' ------------------------------------------',
      ' 0)   writer--7    =>      b-8      ',
      ' ------------------------------------------',
      '',
      ' 0)               |  vfs_read() {',
    ]);
    // Other options of the tracer: tasks and times in columns, names after braces, no interrupts.
    expect(linesOf(await ask(ftraceText, trace(['funcgraph-cpu', 'funcgraph-proc', 'funcgraph-duration', 'funcgraph-abstime', 'funcgraph-tail'])))).toEqual([
      '# tracer: function_graph',
      '#',
      '#     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS',
      '#      |          |     |    |           |   |                     |   |   |   |',
      '    1.000001 |   0)   writer--7    |   0.999 us    |        } /* caller */',
      '    1.000002 |   0)   writer--7    |               |  vfs_write() {',
      '    1.000003 |   0)   writer--7    |   12.345 us   |    vfs_read();',
      '    1.000005 |   0)   writer--7    |               |  /* note */',
      '    1.000008 |   0)   writer--7    |   2000000 us  |  } /* vfs_write */',
      ' ------------------------------------------',
      ' 0)   writer--7    =>      b-8      ',
      ' ------------------------------------------',
      '',
      '    1.000009 |   0)      b-8       |               |  vfs_read() {',
    ]);
  });

  it("the reader's page comes first, from where it was not consumed, and what is older than the trace is left out", async () => {
    const data = eventData(endian, 'function', { ip: code.vfs_write, parent_ip: 0 });
    const one = 4 + data.length;
    const described = new DescribedFtrace(endian, [
      {
        start: 2n * second,
        cpus: [
          {
            reader: { stamp: second, items: [event(data, 10), { is: 'extend', time: second }, event(data, 20), event(data, 30)] },
            consumed: [one, second + 10n, 1],
            pages: [{ stamp: 3n * second, items: [event(data, 0)] }],
          },
          { reader: { stamp: second, items: [event(data, 5), { is: 'extend', time: 4n * second }, event(data, 0)] }, pages: [] },
        ],
      },
    ]);
    const { rows, missing } = await ask(ftrace, described);
    expect(missing).toEqual([]);
    expect(rows.map(({ cpu, stamp }) => [cpu, stamp])).toEqual([
      [0, 2000000030],
      [0, 2000000060],
      [0, 3000000000],
      [1, 5000000005],
    ]);
  });

  it('instances and snapshots each have their own, and filters choose', async () => {
    const data = (ip: number, pid: number): Uint8Array => eventData(endian, 'function', { ip, parent_ip: 0 }, { pid });
    const page = (ip: number, pid: number) => ({ pages: [{ stamp: second, items: [event(data(ip, pid), 0), event(call(endian, ip, 0, pid), 500)] }] });
    const described = new DescribedFtrace(endian, [
      { cpus: [page(code.vfs_write, 1)], snapshot: [page(code.caller, 3)] },
      { name: 'mine', cpus: [page(code.vfs_read, 2)] },
    ]);
    const asked = async (parameters: object): Promise<readonly unknown[]> =>
      (await ask(ftrace, described, parameters)).rows.map(({ instance, event: kind, function: name }) => `${String(instance)} ${String(kind)} ${String(name)}`);
    expect(await asked({})).toEqual([
      'global function vfs_write',
      'global funcgraph_entry vfs_write',
      'global snapshot function caller',
      'global snapshot funcgraph_entry caller',
      'mine function vfs_read',
      'mine funcgraph_entry vfs_read',
    ]);
    expect(await asked({ instance: 'mine' })).toEqual(['mine function vfs_read', 'mine funcgraph_entry vfs_read']);
    expect(await asked({ pid: 3 })).toEqual(['global snapshot function caller', 'global snapshot funcgraph_entry caller']);
    expect(await asked({ event: 'function', function: 'vfs' })).toEqual(['global function vfs_write', 'mine function vfs_read']);
    expect(await asked({ from: '1.0000001', instance: 'mine' })).toEqual(['mine funcgraph_entry vfs_read']);
    expect(await asked({ to: '1.0000005', instance: 'mine' })).toEqual(['mine function vfs_read']);
    expect(await asked({ cpu: 1 })).toEqual([]);
    expect((await ask(ftrace, described, { instance: 'yours' })).missing).toEqual([
      { what: 'instance yours', why: 'ftrace has no such instance; it has global, global snapshot, mine' },
    ]);
    expect((await ask(ftrace, described, { event: 'sched_swtich' })).missing).toEqual([
      { what: 'event sched_swtich', why: expect.stringMatching(/^no such event was found; there are .*\bsched_switch\b/) as unknown },
    ]);
    expect((await ask(ftrace, described, { event: 'sched_switch' })).missing).toEqual([]);
  });

  it("a form that is not known to be the kernel's is named", async () => {
    const whys = async (one: Omit<DescribedTrace, 'cpus'>): Promise<readonly string[]> => {
      const described = new DescribedFtrace(endian, [{ ...one, cpus: [{ pages: [] }] }]);
      return (await ask(ftraceText, described)).missing.map(({ why }) => why);
    };
    expect(await whys({})).toEqual([]);
    expect(await whys({ tracer: 'wakeup' })).toEqual(['the tracer wakeup has one of its own: they are in the usual form']);
    expect(await whys({ flags: ['RAW', 'CONTEXT_INFO'] })).toEqual(['the option raw is on: they are in the usual form']);
    expect(await whys({ tracer: 'function_graph', graph: usualGraph })).toEqual([]);
    expect(await whys({ tracer: 'function_graph', graph: [...usualGraph, 'funcgraph-overrun'] })).toEqual([
      'the option funcgraph-overrun is on: they are in the usual form',
    ]);
  });
});
