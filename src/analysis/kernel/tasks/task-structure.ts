/**
 * Offsets in task_struct of a kernel without BTF, found by what must hold for every task (vmcoreinfo-kallsyms-btf.md section
 * 5.2). A member whose place is not certain is left out: nothing here prefers one of two candidates.
 */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import { commBytes, idleNameOffset, taskBytes } from './init-task.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkListEnds, walkListSteps, type ListWalk } from '../memory/linked-list.ts';
import { stackEndMagic, type TaskLayout, type TaskMember } from './task-layout.ts';

const maxSamples = 1024;

/** One task's bytes around what is looked for. */
interface Sample {
  readonly address: VirtualAddress;
  readonly view: DataView;
  /** Whether all bytes up to an offset are in the dump. */
  readonly present: (offset: number, bytes: number) => boolean;
}

function sampleAt(memory: KernelMemory, address: VirtualAddress): Sample {
  const read = memory.partial(address, taskBytes);
  const pageGaps = read.absences.map((gap) => {
    const start = Number(gap.address - address);
    return { start, end: start + 0x1000 - Number(gap.address & 0xfffn) };
  });
  return {
    address,
    view: new DataView(read.bytes.buffer, read.bytes.byteOffset, read.bytes.byteLength),
    present: (offset, bytes) => offset + bytes <= read.bytes.length && !pageGaps.some((gap) => gap.start < offset + bytes && offset < gap.end),
  };
}

/** A name as most programs have one: printable, not empty, ended by a NUL within 16 bytes. What structures are searched by. */
export function plainCommAt(memory: KernelMemory, address: VirtualAddress): string | undefined {
  const bytes = memory.bytes(address, commBytes);
  const length = commLength(bytes);
  return bytes === undefined || length === 0 ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
}

/**
 * A name as the kernel keeps it: any bytes up to a NUL, empty ones too, since a program may give itself any (PR_SET_NAME of prctl(2), which always ends
 * it within 16 bytes). Text where the bytes are UTF-8, a character that was cut off at the end replaced; else one character a byte.
 */
export function commOf(bytes: Uint8Array | undefined): string | undefined {
  const length = bytes?.indexOf(0) ?? -1;
  return bytes === undefined || length === -1 ? undefined : commText(bytes.subarray(0, length));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const nonAscii = 0x80;
/** The first bytes of a UTF-8 character that ends past the text, all of it. */
const cutCharacter = /(?:[\u00c2-\u00f4]|[\u00e0-\u00f4][\u0080-\u00bf]|[\u00f0-\u00f4][\u0080-\u00bf]{2})$/;

function commText(bytes: Uint8Array): string {
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  // Nearly all names; a list may have a million.
  if (bytes.every((byte) => byte < nonAscii)) return plain;
  // The kernel cuts names by bytes: what is left of the last character is not a reason to take the others for something else.
  const cut = bytes.length === commBytes - 1 ? (cutCharacter.exec(plain)?.[0].length ?? 0) : 0;
  try {
    return cut === 0 ? utf8.decode(bytes) : `${utf8.decode(bytes.subarray(0, bytes.length - cut))}\ufffd`;
  } catch {
    return plain;
  }
}

/** Whether there is one, for lists in which each node is looked at. */
export const hasComm = (memory: KernelMemory, address: VirtualAddress): boolean => memory.bytes(address, commBytes)?.includes(0) === true;

/** Whether a plain one is there, for lists in which each node is looked at. */
const hasPlainComm = (memory: KernelMemory, address: VirtualAddress): boolean => commLength(memory.bytes(address, commBytes)) > 0;

/** 0 for bytes that are not a name. */
function commLength(bytes: Uint8Array | undefined): number {
  for (let at = 0; at < (bytes?.length ?? 0); at += 1) {
    const byte = bytes?.[at] ?? 0;
    if (byte === 0) return at;
    if (byte < 0x20 || byte === 0x7f) return 0;
  }
  return 0;
}

interface Found {
  readonly tasks: number;
  readonly walk: ListWalk;
}

/** The one offset below comm where a list of named tasks leads back to init_task; a broken list counts when no whole one is there. */
function* findTaskList(memory: KernelMemory, initTask: VirtualAddress, comm: number, ends: number | undefined): Steps<Result<Found>> {
  const whole: Found[] = [];
  const broken: Found[] = [];
  for (let offset = 0; offset < comm; offset += 8) {
    const head = initTask + BigInt(offset);
    const next = memory.u64(head);
    const previous = memory.u64(head + 8n);
    if (next === head || ((next === undefined || next % 8n !== 0n) && (previous === undefined || previous % 8n !== 0n))) continue;
    const toComm = BigInt(comm - offset);
    const isTask = (node: VirtualAddress): boolean => hasPlainComm(memory, node + toComm);
    yield;
    const walk = ends === undefined ? yield* walkListSteps(memory, head, isTask) : walkListEnds(memory, head, isTask, ends);
    if (walk.complete && walk.nodes.length > 0) whole.push({ tasks: offset, walk });
    else if (walk.nodes.length >= 3) broken.push({ tasks: offset, walk });
  }
  const candidates = whole.length > 0 ? whole : broken;
  const [only] = candidates;
  if (only === undefined) return failed('tasks', 'no list of named tasks begins at any offset of init_task');
  return candidates.length === 1
    ? { value: only }
    : failed('tasks', `lists of named tasks begin at ${candidates.map(({ tasks }) => hex(tasks)).join(', ')} of init_task`);
}

const every = (samples: readonly Sample[], offset: number, bytes: number, holds: (sample: Sample) => boolean): boolean =>
  samples.every((sample) => !sample.present(offset, bytes) || holds(sample));

function only(candidates: readonly number[]): number | undefined {
  return candidates.length === 1 ? candidates[0] : undefined;
}

function onlyOr(candidates: readonly number[], what: string, why: string): Result<number> {
  const found = only(candidates);
  return found === undefined ? failed(what, why) : { value: found };
}

const maxPid = 4 * 1024 * 1024;

/** pid and tgid: two neighbours that hold 0 in init_task, 1 and 2 in those named init's and kthreadd's slots, and another number in every task. */
function findPid(init: Sample, members: readonly Sample[], from: number, to: number, whole: boolean): number | undefined {
  const candidates: number[] = [];
  for (let offset = from; offset + 8 <= to; offset += 4) {
    if (init.view.getUint32(offset) !== 0 || init.view.getUint32(offset + 4) !== 0) continue;
    if (whole && (members[0]?.view.getUint32(offset) !== 1 || (members[1] !== undefined && members[1].view.getUint32(offset) !== 2))) continue;
    const seen = new Set<number>();
    const holds = every(members, offset, 8, ({ view }) => {
      const pid = view.getUint32(offset);
      if (pid === 0 || pid >= maxPid || seen.has(pid) || view.getUint32(offset + 4) !== pid) return false;
      seen.add(pid);
      return true;
    });
    if (holds && seen.size > 0) candidates.push(offset);
  }
  return only(candidates);
}

const stackAlign = 0x4000n;

/** stack: another aligned address in each task, with the magic number at the bottom. A task that ended has none. */
function findStack(memory: KernelMemory, all: readonly Sample[], to: number): number | undefined {
  const candidates: number[] = [];
  for (let offset = 0; offset + 8 <= to; offset += 8) {
    const stacks = all.flatMap((sample) => (sample.present(offset, 8) ? [sample.view.getBigUint64(offset)] : [])).filter((value) => value !== 0n);
    if (stacks.length === 0 || stacks.length < all.length * 0.75 || stacks.some((value) => value % stackAlign !== 0n)) continue;
    if (new Set(stacks).size !== stacks.length) continue;
    const magics = stacks.map((stack) => memory.u64(stack)).filter((value) => value !== undefined);
    if (magics.length > 0 && magics.filter((value) => value === stackEndMagic).length >= magics.length * 0.9) candidates.push(offset);
  }
  return only(candidates);
}

/** thread.ksp (s390x): the first word after comm that lies in the task's own stack, in nine of ten tasks. */
function findSavedStack(all: readonly Sample[], stack: number, comm: number, stackBytes: number): number | undefined {
  for (let offset = (comm + commBytes + 7) & ~7; offset + 8 <= taskBytes; offset += 8) {
    const held = all.filter((sample) => sample.present(offset, 8) && sample.present(stack, 8));
    const inside = held.filter(({ view }) => {
      const bottom = view.getBigUint64(stack);
      const value = view.getBigUint64(offset);
      return bottom !== 0n && value > bottom && value < bottom + BigInt(stackBytes);
    });
    if (held.length > 0 && inside.length >= held.length * 0.9) return offset;
  }
  return undefined;
}

/** All state bits of 4.14 and later (include/linux/sched.h) are below this. */
const stateLimit = 0x2_0000;

/**
 * The state is in the 8 bytes before stack: `volatile long state` up to 5.13, `unsigned int __state` since, with
 * saved_state (6.6) or nothing after it. Which of them shows in the high half: it is zero in every task of the older kind.
 */
function findState(all: readonly Sample[], stack: number): Result<{ readonly offset: number; readonly bytes: 4 | 8 }> {
  const offset = stack - 8;
  if (offset < 0) return failed('state', 'there is no room for it before the stack');
  const held = all.filter((sample) => sample.present(offset, 8));
  const high = held.map(({ view }) => view.getUint32(offset));
  const low = held.map(({ view }) => view.getUint32(offset + 4));
  const sleeps = (values: readonly number[]): boolean => values.some((value) => value === 1) && values.every((value) => value < stateLimit);
  if (sleeps(high)) return { value: { offset, bytes: 4 } };
  if (high.every((value) => value === 0) && sleeps(low)) return { value: { offset, bytes: 8 } };
  return failed('state', 'the words before the stack are not task states');
}

/** What is missing where it is not found. */
const cpuPlace = 'CPU of a task that does not run';

/** Threads that the kernel binds to one CPU and names after it. */
const boundThread = /^(?:migration|ksoftirqd|cpuhp)\/(\d+)$/;

/** thread_info.cpu: the one word before the stack that agrees with the names of all bound threads, on at least two CPUs. */
function findCpu(memory: KernelMemory, members: readonly Sample[], comm: number, stack: number): Result<number> {
  const bound = members.flatMap((sample) => {
    const cpu = boundThread.exec(plainCommAt(memory, sample.address + BigInt(comm)) ?? '')?.[1];
    return cpu === undefined ? [] : [{ sample, cpu: Number(cpu) }];
  });
  if (new Set(bound.map(({ cpu }) => cpu)).size < 2) return failed(cpuPlace, 'with the bound threads of one CPU only its place cannot be determined');
  const candidates: number[] = [];
  for (let offset = 0; offset + 4 <= stack; offset += 4) {
    if (bound.every(({ sample, cpu }) => sample.present(offset, 4) && sample.view.getUint32(offset) === cpu)) candidates.push(offset);
  }
  return onlyOr(candidates, cpuPlace, 'no single word agrees with the names of the threads that are bound to a CPU');
}

/** real_parent, parent, children, sibling, group_leader are in this order since 2.6.24 (include/linux/sched.h). */
const children = 16;
const sibling = 32;
const groupLeader = 48;
/** Children of all samples together: those of a system are its tasks. */
const mostChildren = 1 << 20;

/** real_parent: each task is in its parent's list of children, and is its own group_leader; init_task is its own parent. */
function* findParent(memory: KernelMemory, init: Sample, members: readonly Sample[], from: number, to: number): Steps<Result<number>> {
  const all = [init, ...members];
  const candidates: number[] = [];
  for (let offset = (from + 7) & ~7; offset + groupLeader + 8 <= to; offset += 8) {
    const isOwnLeader = every(all, offset + groupLeader, 8, ({ address, view }) => view.getBigUint64(offset + groupLeader) === address);
    if (!isOwnLeader || !init.present(offset, 8) || init.view.getBigUint64(offset) !== init.address) continue;
    let count = 0;
    let right = true;
    for (const parent of all) {
      const { nodes } = yield* walkListSteps(memory, parent.address + BigInt(offset + children), undefined, mostChildren - count);
      count += nodes.length;
      right &&= nodes.every((node) => (memory.u64(node - BigInt(sibling)) ?? parent.address) === parent.address);
      yield;
      if (!right || count >= mostChildren) break;
    }
    if (right && count >= 2) candidates.push(offset);
  }
  return onlyOr(candidates, 'parent', 'no place where every task is a child of its parent and leads its own group');
}

const notLookedFor = 'it was not looked for';

export interface StructureContext {
  readonly memory: KernelMemory;
  readonly initTask: VirtualAddress;
  /** Bytes of a kernel stack, where a lowcore tells (s390x). */
  readonly stackBytes?: number | undefined;
  /** Members at most that are looked at from either end of the list: for what a task's own stack needs, parents and CPUs are then not looked for. */
  readonly ends?: number | undefined;
}

/** @returns the layout, or why there is none */
export function* layoutByStructure({ memory, initTask, stackBytes = 0x4000, ends }: StructureContext): Steps<Result<TaskLayout>> {
  const init = sampleAt(memory, initTask);
  const comm = idleNameOffset(new Uint8Array(init.view.buffer, init.view.byteOffset, init.view.byteLength));
  if (comm === undefined) return failed('tasks', `no name "swapper" is in the ${taskBytes} bytes at ${hex(initTask)}`);
  const list = yield* findTaskList(memory, initTask, comm, ends);
  if (isFailure(list)) return list;
  const { tasks, walk } = list.value;
  // A system with a hundred thousand tasks is not read whole for this: the first ones have the names that are known, the last ones are the newest.
  const nodes = walk.nodes.length <= 2 * maxSamples ? walk.nodes : [...walk.nodes.slice(0, maxSamples), ...walk.nodes.slice(-maxSamples)];
  const members = nodes.map((node) => sampleAt(memory, node - BigInt(tasks)));
  const all = [init, ...members];
  const offsets: Partial<Record<TaskMember, number>> & { tasks: number; comm: number } = { tasks, comm };
  const missing: { what: string; why: string }[] = [];
  const lost = (what: string, why: string): void => void missing.push({ what, why });

  const pid = findPid(init, members, tasks + 16, comm, walk.complete);
  if (pid === undefined) lost('pid', 'no single place holds 0 in init_task and another number in every task');
  else Object.assign(offsets, { pid, tgid: pid + 4 });

  const parent = ends === undefined ? yield* findParent(memory, init, members, pid === undefined ? tasks + 16 : pid + 8, comm) : failed('parent', notLookedFor);
  if (isFailure(parent)) missing.push(parent.missing);
  else Object.assign(offsets, { realParent: parent.value, groupLeader: parent.value + groupLeader });

  const stack = findStack(memory, all, tasks);
  let stateBytes: 4 | 8 = 4;
  if (stack === undefined) lost('stack', 'no single place holds another aligned stack with its magic number in every task');
  else {
    offsets.stack = stack;
    const state = findState(all, stack);
    if (isFailure(state)) missing.push(state.missing);
    else {
      offsets.state = state.value.offset;
      stateBytes = state.value.bytes;
    }
    const cpu = ends === undefined ? findCpu(memory, members, comm, stack) : failed(cpuPlace, notLookedFor);
    if (isFailure(cpu)) missing.push(cpu.missing);
    else offsets.cpu = cpu.value;
    const savedStack = architectures[memory.arch].tasks.withoutTypes ? findSavedStack(all, stack, comm, stackBytes) : undefined;
    if (savedStack === undefined) lost('saved stack pointer', 'no place after the name holds an address in the own stack in nine of ten tasks');
    else offsets.savedStack = savedStack;
  }
  lost('threads other than group leaders', 'their list is found with types only, and this kernel has no BTF');
  return { value: { method: 'structure', offsets, stateBytes, stackBytes, missing } };
}
