/** What a reference tool said and what we say, brought to the same flat form: name of a fact -> value. */
export type Facts = ReadonlyMap<string, string | number | boolean>;

export interface Disagreement {
  readonly fact: string;
  readonly oracle: string | number | boolean;
  readonly ours: string | number | boolean | undefined;
}

/** Every fact of the oracle that we answer differently or not at all. Facts that only we have are not judged. */
export function disagreements(oracle: Facts, ours: Facts): readonly Disagreement[] {
  return [...oracle].flatMap(([fact, value]): Disagreement[] => (ours.get(fact) === value ? [] : [{ fact, oracle: value, ours: ours.get(fact) }]));
}
