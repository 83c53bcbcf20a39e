/** A door that takes bytes: bases that are changed, and a question that is asked about what comes of it. */
import { isDumpError } from '../../src/shared/dump-error.ts';
import { drawByteSteps, withByteSteps, type ByteBase } from './byte-steps.ts';
import type { Door, Tried } from './door.ts';

export interface AskedOfBytes extends Omit<Door, 'open'> {
  readonly bases: () => readonly ByteBase[];
  /** May throw a DumpError. */
  readonly ask: (bytes: Uint8Array, base: string) => Promise<Tried> | Tried;
}

export function byteDoor({ bases, ask, ...door }: AskedOfBytes): Door {
  return {
    ...door,
    open() {
      const known = new Map(bases().map((base) => [base.name, base]));
      const named = (name: string): ByteBase => {
        const base = known.get(name);
        if (base === undefined) throw new Error(`the door ${door.name} has no base ${name}`);
        return base;
      };
      return {
        bases: [...known.keys()],
        draw: (base, random) => drawByteSteps(named(base), [...known.values()], random),
        async attempt(base, steps) {
          try {
            return await ask(
              withByteSteps(named(base).bytes, steps, (name) => named(name).bytes),
              base,
            );
          } catch (error) {
            if (!isDumpError(error)) throw error;
            return { outcome: 'refused', calls: 1 };
          }
        },
      };
    },
  };
}
