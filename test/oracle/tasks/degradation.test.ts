/**
 * A real dump in which one page under each structure in turn is zeroed: the answers say less or the same, never something else. And what
 * is missing is said.
 */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeKernelFacts } from '../../../src/analysis/engine/kernel/kernel-facts.ts';
import { describeModules } from '../../../src/analysis/engine/kernel/modules.ts';
import { describeMemoryUsage } from '../../../src/analysis/engine/kernel/memory-usage.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { dumpEntries, openDumpSource } from '../../dumps.ts';
import { withOtherPages } from '../../zeroed-pages.ts';
import { valueOf } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const page = 0x1000n;

async function answers(session: Session) {
  return {
    tasks: await describeTasks(session, never),
    traces: await describeBacktrace(session, { all: true }, never),
    modules: await describeModules(session, never),
    usage: await describeMemoryUsage(session, never),
    facts: await describeKernelFacts(session, never),
  };
}
type Answers = Awaited<ReturnType<typeof answers>>;

/** Members of `now` that are not the same as in `before`; one that is absent is less, not other. `list` is a list's identity. */
function others(before: unknown, now: unknown, path: string): string[] {
  if (typeof now !== 'object' || now === null) return before === now ? [] : [`${path}: ${JSON.stringify(now)}, was ${JSON.stringify(before)}`];
  // Another source of the same value is no contradiction.
  return Object.entries(now).flatMap(([key, value]) =>
    key === 'source' || key === 'trust' ? [] : others((before as Readonly<Record<string, unknown>> | undefined)?.[key], value, `${path}.${key}`),
  );
}

function listed<T>(before: readonly T[], now: readonly T[], key: (one: T) => string, what: string): string[] {
  const known = new Map(before.map((one) => [key(one), one]));
  return now.flatMap((one) => others(known.get(key(one)), one, `${what} ${key(one)}`));
}

/** Everything that a damaged dump says otherwise. A trace may end early: its frames must be the first ones of the whole one. */
function contradictions(before: Answers, now: Answers): string[] {
  const traces = new Map(before.traces.traces.map((trace) => [trace.task?.address ?? `cpu ${trace.cpu ?? ''}`, trace]));
  const traceDifferences = now.traces.traces.flatMap((trace) => {
    const name = trace.task?.address ?? `cpu ${trace.cpu ?? ''}`;
    const whole = traces.get(name) ?? before.traces.traces.find(({ cpu }) => cpu !== undefined && cpu === trace.cpu);
    // Without its name a frame is still the same; a link register counts only where the code of the function can be read.
    const frames = (whole?.frames ?? []).filter(({ kind }) => kind !== 'link');
    const own = trace.frames.filter(({ kind }) => kind !== 'link');
    const wrong = own.flatMap((frame, at) => others(frames[at], frame, `${name} frame ${at}`));
    return trace.end !== 'broken' && whole?.end !== trace.end ? [...wrong, `${name} ends ${trace.end}, was ${whole?.end ?? '?'}`] : wrong;
  });
  const { missing: _missing, ...facts } = now.facts;
  return [
    ...listed(before.tasks.tasks, now.tasks.tasks, ({ address }) => address, 'task'),
    ...traceDifferences,
    ...listed(before.modules.modules, now.modules.modules, ({ address }) => address, 'module'),
    ...listed(before.usage.lines, now.usage.lines, ({ name }) => name, 'usage'),
    ...others(before.facts, { ...facts, shutdownActions: undefined }, 'facts').filter((text) => !text.startsWith('facts.shutdownActions')),
    ...listed(before.facts.shutdownActions ?? [], facts.shutdownActions ?? [], ({ trigger }) => trigger, 'shutdown action'),
  ];
}

/** Absolute addresses of pages under everything that is looked at. */
function pagesUnder(session: Session, whole: Answers): ReadonlyMap<string, bigint> {
  const { memory, symbols: search } = session.kernel;
  const pages = new Map<string, bigint>();
  const add = (name: string, address: bigint | undefined): void => {
    if (address !== undefined && address !== 0n) pages.set(name, address & ~(page - 1n));
  };
  const addVirtual = (name: string, address: bigint): void => add(name, memory.translate(address));
  const tasks = whole.tasks.tasks;
  for (const at of [0, 1, 3, Math.floor(tasks.length / 2), tasks.length - 1]) {
    const task = tasks[at];
    if (task === undefined) continue;
    addVirtual(`task_struct of ${task.comm}`, BigInt(task.address));
    addVirtual(`end of task_struct of ${task.comm}`, BigInt(task.address) + 0xb00n);
    if (task.stack !== undefined) {
      addVirtual(`stack of ${task.comm}`, BigInt(task.stack.end) - 0x10n);
      addVirtual(`bottom of the stack of ${task.comm}`, BigInt(task.stack.start));
    }
  }
  for (const cpu of session.cpuSet.cpus) add(`lowcore of CPU ${cpu.id}`, cpu.prefix === undefined ? undefined : BigInt(cpu.prefix));
  add('absolute 0', 0x10n);
  add('parameter area', 0x10480n);
  for (const module of whole.modules.modules.slice(0, 2)) addVirtual(`struct module of ${module.name}`, BigInt(module.address));
  const names = [
    'vmstat_text',
    'vm_zone_stat',
    '_totalram_pages',
    'modules',
    'on_panic_trigger',
    'tainted_mask',
    'saved_command_line',
    'idle_threads',
    'contig_page_data',
    'panic_cpu',
    'total_swap_pages',
  ];
  const symbols = valueOf(search);
  for (const name of names) {
    const address = symbols?.lookup(name)[0]?.address;
    if (address === undefined) continue;
    addVirtual(name, address);
    const target = memory.pointer(address);
    if (target !== undefined && name !== 'tainted_mask') addVirtual(`what ${name} points to`, target);
  }
  return pages;
}

const entry = dumpEntries.find(({ name }) => name === 'o-s390-s1-qemu.elf');

describe.skipIf(entry === undefined)('a dump with a zeroed page', () => {
  it('reports less or the same, whichever structure was in it', async () => {
    if (entry === undefined) return;
    const { source, close } = await openDumpSource(entry);
    try {
      const session = sessionOn(source);
      const whole = await answers(session);
      expect(contradictions(whole, whole)).toEqual([]);
      const pages = pagesUnder(session, whole);
      expect(pages.size).toBeGreaterThan(25);
      const found: string[] = [];
      let less = 0;
      for (const [name, twin] of withOtherPages(source, session.image.memory, pages)) {
        const damaged = await answers(sessionOn(twin));
        found.push(...contradictions(whole, damaged).map((text) => `${name}: ${text}`));
        if (JSON.stringify(damaged) !== JSON.stringify(whole)) less += 1;
      }
      expect(found).toEqual([]);
      // Most of these pages matter: the test would not see a contradiction in pages that nobody reads.
      expect(less).toBeGreaterThan(pages.size / 2);
    } finally {
      close();
    }
  });
});
