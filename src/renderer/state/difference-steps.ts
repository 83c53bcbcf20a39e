/** Steps to the next and previous difference, in what a compare view shows at the moment. */

export type DifferenceStep = (by: 1 | -1) => void;

export interface DifferenceSteps {
  /** Registers the step function of what is shown now, until the returned function is called. @param owner key of the dump whose comparison it is */
  readonly offer: (owner: string, step: DifferenceStep) => () => void;
  readonly has: (owner: string) => boolean;
  readonly step: (owner: string, by: 1 | -1) => void;
}

export function createDifferenceSteps(): DifferenceSteps {
  const offered = new Map<string, DifferenceStep>();
  return {
    offer(owner, step) {
      offered.set(owner, step);
      return () => {
        // What is shown next may already have registered its own.
        if (offered.get(owner) === step) offered.delete(owner);
      };
    },
    has: (owner) => offered.has(owner),
    step: (owner, by) => offered.get(owner)?.(by),
  };
}

/** The index that a step leads to in a list of a given length; it stops at either end. */
export function nextIndex(current: number | undefined, by: 1 | -1, count: number): number | undefined {
  if (count === 0) return undefined;
  if (current === undefined) return by === 1 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, current + by));
}
