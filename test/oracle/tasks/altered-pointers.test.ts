/** Single pointers of a real crash that were overwritten: what rests on them says so, and nothing else is accused. */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { codeMarks } from '../../../src/analysis/engine/kernel/code-marks.ts';
import { kernelTasks } from '../../../src/analysis/engine/kernel/kernel-tasks.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { hangsOf } from '../../../src/analysis/engine/triage/hangs.ts';
import { knownOwner } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { verdictOf } from '../../../src/analysis/engine/triage/verdict.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import type { VerdictJson } from '../../../src/shared/verdict-model.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { soleAddress } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { dumpFile, haveDump } from '../../dumps.ts';

const { signal } = new AbortController();
const ofFault = 'c-x86-null.kdump';
const ofSysrq = 'o-x86-x1-vmcore.elf';

/** Absolute address of a variable; of one of a CPU that of the CPU's own. */
async function placeOf(session: Session, symbol: string, cpu?: number): Promise<bigint> {
  const { symbols, cpus, memory } = await kernelTasks(session, signal);
  const variable = symbols === undefined ? undefined : soleAddress(symbols, symbol);
  const offset = cpu === undefined ? 0n : cpus.find(({ number }) => number === cpu)?.perCpuOffset;
  if (variable === undefined || offset === undefined) throw new Error(`${symbol} is not known`);
  const place = memory.translate(BigInt.asUintN(64, variable + offset));
  if (place === undefined) throw new Error(`${symbol} leads nowhere`);
  return place;
}

/** The dump with other bytes in memory, which no file is written for: its pages are compressed. */
function withMemory(path: string, place: bigint, bytes: Uint8Array): Session {
  const session = sessionOn(openFile(path));
  const { memory } = session.image;
  const read = memory.read.bind(memory);
  return Object.assign(session, {
    image: Object.assign(session.image, {
      memory: Object.assign(memory, {
        read(address: bigint, target: Uint8Array) {
          const result = read(address, target);
          for (const [at, byte] of bytes.entries()) {
            const to = place + BigInt(at) - address;
            if (to >= 0n && to < BigInt(target.length)) target[Number(to)] = byte;
          }
          return result;
        },
      }),
    }),
  });
}

describe.skipIf(!haveDump(ofFault))('a fault that kdump saved the registers of', () => {
  if (!haveDump(ofFault)) it('needs the real dumps', () => undefined);

  it('is on the CPU of the report where panic_cpu was overwritten, in every answer', async () => {
    const path = await dumpFile(ofFault);
    const session = withMemory(path, await placeOf(sessionOn(openFile(path)), 'panic_cpu'), Uint8Array.of(0, 0, 0, 0));
    const { reason, info, verdict } = await triage(session, signal);
    expect(reason).toMatch(/CPU 1 was running /);
    expect(info.findings.map(({ id }) => id)).toContain('cross-cpu-count/panic-cpu');
    expect(verdict.class).toBe('null-pointer');
    expect(verdict.title).not.toContain('halt');
    const { traces } = await describeBacktrace(session, {}, signal);
    expect(traces.map(({ cpu, crashed = false }) => [cpu, crashed])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect((await codeMarks(session, signal)).filter(({ kind }) => kind === 'fault').map(({ cpu }) => cpu)).toEqual([1]);
    // One CPU alone is judged as among all of them.
    for (const cpu of [0, 1]) expect((await describeBacktrace(session, { cpu }, signal)).traces.map(({ crashed = false }) => crashed)).toEqual([cpu === 1]);
  });

  it('determines the task of a CPU by its stack pointer if the task pointer leads to something else', async () => {
    const path = await dumpFile(ofFault);
    const healthy = await kernelTasks(sessionOn(openFile(path)), signal);
    const [own, listed] = [healthy.cpus.find(({ number }) => number === 0)?.current, healthy.list.tasks.length];
    const place = await placeOf(sessionOn(openFile(path)), 'current_task', 0);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, (own ?? 0n) + 0x2d40n, true);
    const altered = await kernelTasks(withMemory(path, place, bytes), signal);
    expect(altered.cpus.find(({ number }) => number === 0)?.current).toBe(own);
    expect(altered.list.tasks).toHaveLength(listed);
  });
});

describe.skipIf(!haveDump(ofSysrq))('a stack of which a page is lost', () => {
  if (!haveDump(ofSysrq)) it('needs the real dumps', () => undefined);

  it('marks no instruction of the way into kdump as the one that failed', async () => {
    const path = await dumpFile(ofSysrq);
    const session = sessionOn(openFile(path));
    const { traces } = await describeBacktrace(session, {}, signal);
    const ended = traces.find(({ crashed }) => crashed === true);
    const pointer = ended?.frames.find(({ stackPointer }) => stackPointer !== undefined)?.stackPointer;
    const { memory } = await session.findKernel(signal);
    const place = memory.translate(BigInt(pointer ?? '0x0'));
    expect(place).toBeDefined();
    const whole = openFile(path);
    const extent = session.image.memory.extents.at(place ?? 0n);
    const offset = Number(extent?.fileOffset ?? 0n) + Number(((place ?? 0n) & ~0xfffn) - (extent?.start ?? 0n));
    // Pages are read by one door, so that all of them go through the change.
    const source = Object.assign({}, whole, {
      readApart: undefined,
      readInto(from: number, target: Uint8Array) {
        const count = whole.readInto(from, target);
        target.fill(0, Math.min(Math.max(offset - from, 0), count), Math.min(Math.max(offset + 0x1000 - from, 0), count));
        return count;
      },
    }) as unknown as ByteSource;
    const lost = sessionOn(source);
    expect((await codeMarks(lost, signal)).filter(({ kind }) => kind === 'fault')).toEqual([]);
  });
});

const ofDeadlock = 'c-abba-mutex.kdump';
describe.skipIf(!haveDump(ofDeadlock))('overwritten fields of tasks and of the kernel', () => {
  if (!haveDump(ofDeadlock)) it('needs the real dumps', () => undefined);

  async function verdictWith(name: string, find: (session: Session) => Promise<bigint>, bytes: Uint8Array): Promise<VerdictJson> {
    const path = await dumpFile(name);
    return verdictOf(withMemory(path, await find(sessionOn(openFile(path))), bytes), signal);
  }
  const textOf = ({ excluded = [] }: VerdictJson): string => excluded.map(({ classes, why }) => `${classes.join(' ')}: ${why}`).join('\n');
  /** The state of a task that waits for a lock whose owner waits for it. */
  async function stateInCycle(session: Session): Promise<bigint> {
    const { blocked } = await hangsOf(session, signal);
    const owners = new Map(blocked.map(({ task, wait }) => [task, knownOwner(wait)?.task]));
    const task = [...owners].find(([one, owner]) => owner !== undefined && owners.get(owner) === one)?.[0];
    const { types, memory } = await kernelTasks(session, signal);
    const offset = types === undefined ? undefined : structTypes(types.types).offset('task_struct', '__state');
    const place = task === undefined || offset === undefined ? undefined : memory.translate(task + BigInt(offset));
    if (place === undefined) throw new Error('no cycle is known');
    return place;
  }

  it('excludes no hang if a task claims to be running, and neither a CPU nor a queue has it', async () => {
    const verdict = await verdictWith(ofDeadlock, stateInCycle, new Uint8Array(4));
    expect(verdict.class).not.toBe('deadlock');
    expect(textOf(verdict) + verdict.evidence.map(({ text }) => text).join()).not.toMatch(/hung-task io-stall:|^deadlock:/m);
  });

  it.skipIf(!haveDump(ofSysrq))('is no panic of the boot where system_state was overwritten and process 1 is a program', async () => {
    const verdict = await verdictWith(ofSysrq, async (session) => placeOf(session, 'system_state'), new Uint8Array(4));
    expect(verdict.class).toBe('operator-request');
  });

  it.skipIf(!haveDump(ofSysrq))('does not treat a value with bits that no taint has as a taint', async () => {
    const verdict = await verdictWith(ofSysrq, async (session) => placeOf(session, 'tainted_mask'), new Uint8Array(8).fill(0xff));
    expect(verdict.contributing).toEqual([]);
  });

  it.skipIf(!haveDump(ofSysrq))('does not say that no CPU was busy if it is not known which task a CPU ran', async () => {
    const verdict = await verdictWith(ofSysrq, async (session) => placeOf(session, '__per_cpu_offset'), new Uint8Array(64));
    expect(textOf(verdict)).not.toMatch(/no CPU was at work/);
  });
});

const ofTwo = 'c-kdump-hung.s390';
describe.skipIf(!haveDump(ofTwo))('two systems seen together', () => {
  if (!haveDump(ofTwo)) it('needs the real dumps', () => undefined);

  it('have the verdict on the second in the reason, which says which system it is about even if the first is lost', async () => {
    const path = await dumpFile(ofTwo);
    const whole = await triage(sessionOn(openFile(path)), signal);
    expect(whole.reason).toMatch(/^The system that crashed before \(view prod\): Kernel panic.* The verdict on the kdump system: Deadlock /);
    const file = openFile(path);
    const cut = Object.assign({}, file, {
      size: 90_000_000,
      readApart: undefined,
      readInto: (from: number, target: Uint8Array) => file.readInto(from, target.subarray(0, Math.max(0, 90_000_000 - from))),
    }) as unknown as ByteSource;
    expect((await triage(sessionOn(cut), signal)).reason).toMatch(
      /^The system that crashed before \(view prod\): why it ended is not known\. The kdump system /,
    );
  });
});
