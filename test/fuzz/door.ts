/** A door of Dumpbench through which something comes that cannot be trusted, as the fuzzers know it. */
import type { SeededRandom } from '../../src/samples/seeded-random.ts';
import type { Step } from './step.ts';

/** An answer, or the error that the door documents. Anything else is thrown, and is a fault of Dumpbench. */
export interface Tried {
  readonly outcome: 'answered' | 'refused';
  /** How often Dumpbench was asked something. */
  readonly calls: number;
}

export interface OpenDoor {
  readonly bases: readonly string[];
  /** What to change of a base; the same for the same numbers. */
  readonly draw: (base: string, random: SeededRandom) => readonly Step[];
  /** @throws whatever the door must not throw */
  readonly attempt: (base: string, steps: readonly Step[]) => Promise<Tried>;
  close?(): Promise<void>;
}

export interface Door {
  readonly name: string;
  /** What comes in, and what may come of it: for lists. */
  readonly about: string;
  /** Seconds of processor time in a normal run of the tests; `npm run fuzz` divides its time in the same proportions. */
  readonly seconds: number;
  /** Inputs that a run of the tests tries even when its time is over. */
  readonly least: number;
  /** Bytes by which the process may grow, where they are more than usual. */
  readonly mostGrowth?: number;
  /** @param folder for files, the door's own and empty */
  open(folder: string): Promise<OpenDoor> | OpenDoor;
}

/** Something that a door must not do, and that no exception shows: an answer of a wrong shape, work without an end. */
export class Fault extends Error {
  override name = 'Fault';
}
