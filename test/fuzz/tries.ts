/** Tries drawn inputs at a door. Input N of a seed is the same whenever it is tried, and however many were tried before. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomFor } from '../run-size.ts';
import type { OpenDoor } from './door.ts';
import type { Step } from './step.ts';

export interface Input {
  readonly door: string;
  readonly base: string;
  readonly steps: readonly Step[];
}

/** What a number of inputs came to. */
export interface Tally {
  readonly inputs: number;
  readonly calls: number;
  readonly refused: number;
  /** Of the whole process. */
  readonly peakBytes: number;
}

/** The bases take turns, so that each has its share. */
export function inputOf(door: string, { bases, draw }: OpenDoor, number: number): Input {
  const base = bases[number % bases.length];
  if (base === undefined) throw new Error(`the door ${door} has no base`);
  return { door, base, steps: draw(base, randomFor(`${door} ${number}`)) };
}

/** Milliseconds of processor time of this process. */
export function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface Limits {
  readonly first: number;
  readonly milliseconds: number;
  /** Tried even when the time is over. */
  readonly least: number;
}

/** Hears of an input before it is tried, and of what came of one that failed. */
export interface Listener {
  readonly before?: (number: number) => void;
  readonly failed: (input: Input, error: unknown) => Promise<void> | void;
}

export async function spend(name: string, door: OpenDoor, { first, milliseconds, least }: Limits, { before, failed }: Listener): Promise<Tally> {
  const end = processorMilliseconds() + milliseconds;
  let [inputs, calls, refused] = [0, 0, 0];
  while (inputs < least || processorMilliseconds() < end) {
    const number = first + inputs;
    before?.(number);
    const input = inputOf(name, door, number);
    inputs += 1;
    // What zlib and zstd hold is given back between two turns of the loop.
    if (inputs % 64 === 0) await nextTurn();
    try {
      const tried = await door.attempt(input.base, input.steps);
      calls += tried.calls;
      if (tried.outcome === 'refused') refused += 1;
    } catch (error) {
      await failed(input, error);
    }
  }
  // Kibibytes.
  return { inputs, calls, refused, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

/** The fault without what differs from input to input: what a smaller input has to show as well. */
export function faultKey(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const frame = /\n\s+at .*?(src\/[^\s)]+?):\d+:\d+\)?/.exec(cause.stack ?? '')?.[1] ?? '';
  return `${cause.name} ${cause.message.replaceAll(/0x[0-9a-f]+|\d+/g, 'N').slice(0, 80)} ${frame}`;
}
