/**
 * Exports that crash and drgn opened: the file that is exported now is theirs, byte for byte but for the note of Dumpbench, and what they printed of it is what Dumpbench says of the source.
 * Where a digest differs because exports are written otherwise now, the programs have to open them again (README.md).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { describeLog } from '../../../src/analysis/engine/kernel/dmesg.ts';
import { describeTasks } from '../../../src/analysis/engine/kernel/tasks.ts';
import { openSession, type Session } from '../../../src/analysis/engine/session/session.ts';
import { logLine } from '../../../src/shared/log-line.ts';
import { dumpFile, haveDump } from '../../dumps.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { crashRegisters, ourRegisters } from '../cpus/crash.ts';
import { disagreements } from '../facts.ts';
import { crashPs, crashTraces } from '../tasks/crash-texts.ts';
import { exportOf, proofs, recorded, textPath } from './proofs.ts';

const folder = scratchFolder();
const never = new AbortController().signal;
const session = async (dump: string): Promise<Session> => openSession(await dumpFile(dump));
const stamped = /^\[ *\d+\.\d{6}\] /;

async function ourLog(dump: string): Promise<string> {
  const { records } = await describeLog(await session(dump), never);
  return records.map((record) => logLine(record, false)).join('\n');
}

/** Lines with a time, and what lies between them; crash indents the lines of one message, drgn does not. */
function logIn(text: string): string {
  const lines = text.trimEnd().split('\n');
  const from = lines.findIndex((line) => stamped.test(line));
  const log = lines.slice(from, lines.findLastIndex((line) => stamped.test(line)) + 1);
  return log.map((line) => line.trimStart()).join('\n');
}

/** "register CPU NAME 0x..." of s390x by the names of crash's registers. */
function drgnRegisters(text: string): ReadonlyMap<string, string> {
  const names: Readonly<Record<string, string>> = { pswm: 'psw mask', pswa: 'psw address', rflags: 'eflags' };
  const kept = /^(?:[ar]\d+|psw[am]|r[a-z]{2}|rflags)$/;
  const rows = [...text.matchAll(/^register (\d+) (\S+) (0x[0-9a-f]+)$/gm)].filter(([, , name = '']) => kept.test(name));
  return new Map(rows.map(([, cpu, name = '', value = '']) => [`cpu ${cpu} ${names[name] ?? name}`, value]));
}

const texts = proofs.filter(({ dump }) => haveDump(dump));
describe.each(texts)('$name, an export of $dump', (proof) => {
  const { name, dump } = proof;
  const text = (tool: string): string => readFileSync(textPath(name, tool), 'utf8');

  it('is the file that crash and drgn opened', async () => {
    const { [name]: kept } = recorded();
    expect(kept?.openedWith.map((version) => version.split(' ')[0])).toEqual(['crash', 'drgn']);
    expect(await exportOf(proof, join(folder, name))).toBe(kept?.sha256);
  });

  it('has the registers that crash and drgn printed', async () => {
    const ours = ourRegisters((await session(dump)).cpuSet.cpus);
    // Of x86_64 crash prints registers where an interrupt came, as part of a stack.
    const isS390x = crashRegisters(text('crash')).has('cpu 0 prefix');
    expect(isS390x).toBe(!name.startsWith('x86'));
    for (const stated of [...(isS390x ? [crashRegisters(text('crash'))] : []), drgnRegisters(text('drgn'))]) {
      expect(stated.size).toBeGreaterThan(15);
      expect(disagreements(stated, ours)).toEqual([]);
      // An altered register is noticed.
      const [key = '', value = ''] = [...stated][0] ?? [];
      expect(disagreements(stated, new Map(ours).set(key, `0x${(BigInt(String(value)) ^ 1n).toString(16)}`))).toHaveLength(1);
    }
  });

  it('has the log that crash and drgn printed', async () => {
    const ours = await ourLog(dump);
    expect(ours.length).toBeGreaterThan(1000);
    for (const tool of ['crash', 'drgn']) expect(logIn(text(tool))).toBe(logIn(ours));
  });

  it('has the tasks that crash and drgn printed', async () => {
    const { tasks } = await describeTasks(await session(dump), never);
    const ours = tasks.filter(({ kind }) => kind !== 'idle').map(({ address, pid, comm }) => `${address} ${pid} ${comm}`);
    const ofDrgn = [...text('drgn').matchAll(/^task (0x[0-9a-f]+ \d+ .*)$/gm)].map(([, row = '']) => row);
    const ofCrash = crashPs(text('crash')).filter(({ pid }) => pid !== 0);
    expect(ofDrgn.length).toBeGreaterThan(20);
    expect(ofDrgn.sort()).toEqual(ours.sort());
    expect(ofCrash.map(({ address, pid, comm }) => `${address} ${pid} ${comm}`).sort()).toEqual(ours);
  });

  it('has the stacks of running tasks that crash printed', async () => {
    const stated = crashTraces(text('crash')).filter(({ frames }) => frames.length > 0);
    expect(stated.length).toBeGreaterThan(0);
    const { traces } = await describeBacktrace(await session(dump), {}, never);
    for (const { task, frames } of stated) {
      const ours = new Set(traces.find((trace) => trace.task?.address === task)?.frames.map(({ address }) => address));
      // crash adds handlers of interrupts that stopped the CPU, and places where an interrupt came, after the oops.
      const found = frames.filter(({ address }) => ours.has(address));
      expect(found.length).toBeGreaterThan(frames.length / 2);
    }
  });
});

it('keeps a text of each program for each export', () => {
  expect(Object.keys(recorded()).sort()).toEqual(proofs.map(({ name }) => name).sort());
  for (const { name } of proofs) for (const tool of ['crash', 'drgn']) expect(existsSync(textPath(name, tool))).toBe(true);
});
