/** What each dump is compared with and how, and the user's ignore rules. */
import * as v from 'valibot';
import { ignoreRulesSchema, type IgnoreRules } from '../../shared/ignore-rules.ts';
import type { SavedSession } from '../../shared/session-model.ts';
import { createStore, type Readable, type Store } from './store.ts';

/** time: the older dump is on the left, if a clock shows which one that is · given: the dump whose comparison it is · swapped: the other one. */
export type ComparisonOrder = 'time' | 'given' | 'swapped';

export interface ComparisonSettings {
  /** Key of the other dump. */
  readonly right: string | undefined;
  readonly order: ComparisonOrder;
  readonly exact: boolean;
  /** Bytes added to addresses for the other dump when pages are compared; a multiple of 4096. */
  readonly shift: number;
  /** Name of a set of rules. */
  readonly rules: string | undefined;
}

export const plainComparison: ComparisonSettings = { right: undefined, order: 'time', exact: false, shift: 0, rules: undefined };

/** Comes with the program; the user can add others. */
const builtIn: IgnoreRules = {
  schema: 1,
  name: 'Time and timers',
  rules: [
    { name: 'time', preset: 'time' },
    { name: 'timers', preset: 'timers' },
  ],
};

/** Where the rules are stored between starts: a text under a name. */
export interface KeptText {
  readonly read: () => string | undefined;
  readonly write: (text: string) => void;
}

export interface Comparisons {
  /** By the key of the dump whose comparison it is. */
  readonly settings: Readable<Readonly<Record<string, ComparisonSettings>>>;
  /** Key of the dump whose comparison is being exported: its dialog is open. */
  readonly exporting: Store<string | undefined>;
  readonly change: (dump: string, part: Partial<ComparisonSettings>) => void;
  /** The built-in set first. */
  readonly rules: Readable<readonly IgnoreRules[]>;
  /** Adds a set or replaces the one with the same name. */
  readonly saveRules: (rules: IgnoreRules) => void;
  readonly dropRules: (name: string) => void;
  readonly isBuiltIn: (name: string) => boolean;
  /** The user's own sets, which are saved in sessions. */
  readonly ownRules: () => readonly IgnoreRules[];
  /** Imports the sets of a session, replacing those with the same names. Returns the names of invalid ones. */
  readonly takeRules: (sets: SavedSession['ignoreRules']) => readonly string[];
}

export function createComparisons(kept: KeptText): Comparisons {
  const settings = createStore<Readonly<Record<string, ComparisonSettings>>>({});
  const rules = createStore<readonly IgnoreRules[]>([builtIn, ...restored(kept)]);
  const isBuiltIn = (name: string): boolean => name === builtIn.name;
  const ownRules = (): readonly IgnoreRules[] => rules.get().filter(({ name }) => !isBuiltIn(name));
  const set = (next: readonly IgnoreRules[]): void => {
    rules.set(next);
    kept.write(JSON.stringify(ownRules()));
  };
  return {
    ownRules,
    takeRules(sets) {
      const taken = new Map(rules.get().map((one) => [one.name, one]));
      const wrong: string[] = [];
      for (const one of sets) {
        const parsed = v.safeParse(ignoreRulesSchema, one);
        if (!parsed.success) wrong.push(one.name);
        else if (!isBuiltIn(one.name)) taken.set(one.name, parsed.output);
      }
      const next = [...taken.values()];
      if (JSON.stringify(next) !== JSON.stringify(rules.get())) set(next);
      return wrong;
    },
    settings,
    exporting: createStore<string | undefined>(undefined),
    rules,
    isBuiltIn,
    change: (dump, part) => settings.update((all) => ({ ...all, [dump]: { ...(all[dump] ?? plainComparison), ...part } })),
    saveRules(saved) {
      if (isBuiltIn(saved.name)) return;
      const now = rules.get();
      set(now.some(({ name }) => name === saved.name) ? now.map((one) => (one.name === saved.name ? saved : one)) : [...now, saved]);
    },
    dropRules: (name) => set(rules.get().filter((one) => one.name !== name || isBuiltIn(name))),
  };
}

/** What another version saved, or what was edited by hand, may be anything. */
function restored(kept: KeptText): readonly IgnoreRules[] {
  try {
    const parsed = v.safeParse(v.array(ignoreRulesSchema), JSON.parse(kept.read() ?? '[]'));
    return parsed.success ? parsed.output.filter(({ name }) => name !== builtIn.name) : [];
  } catch {
    return [];
  }
}
