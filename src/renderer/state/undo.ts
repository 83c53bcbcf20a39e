/** What a person did, to take back and to do again: layout, annotations, rules. It lasts as long as the window; sessions do not keep it. */
import { defined } from '../../shared/defined.ts';
import type { Notice } from './notice.ts';
import { createStore, type Readable, type Store } from './store.ts';

/** Something that a person did, after it was done. */
export interface UndoStep {
  /** What was done, in the past tense and without a full stop: "Removed the annotation at 0x1000". */
  readonly label: string;
  /** Key of the dump that it is about, if it is about one: closing the dump forgets the step. */
  readonly dump?: string | undefined;
  readonly undo: () => void;
  readonly redo: () => void;
}

export interface UndoStack {
  /** Labels of what would be taken back, and of what would be done again. */
  readonly next: Readable<{ readonly undo?: string; readonly redo?: string }>;
  /** Keeps a step that can be seen where it acts. */
  readonly done: (step: UndoStep) => void;
  /** Keeps a step and says so with an "Undo": for what disappears, or acts elsewhere. */
  readonly announce: (step: UndoStep) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Drops a step that was taken back in another way. */
  readonly forget: (step: UndoStep) => void;
  readonly dumpClosed: (dump: string) => void;
}

const limit = 100;

export function createUndoStack(notice: Store<Notice | undefined>): UndoStack {
  let past: readonly UndoStep[] = [];
  let future: readonly UndoStep[] = [];
  /** Steps that speak of themselves in the notice. */
  const announced = new WeakSet<UndoStep>();
  let ours: Notice | undefined;
  /** While a step is taken back, what that changes is no step of its own. */
  let replaying = false;
  const next = createStore<{ readonly undo?: string; readonly redo?: string }>({});

  const set = (before: readonly UndoStep[], after: readonly UndoStep[]): void => {
    past = before.slice(-limit);
    future = after;
    next.set(defined({ undo: past.at(-1)?.label, redo: future.at(-1)?.label }));
  };
  /** A notice about an older step goes: its button would act on another one. */
  const say = (own: Notice | undefined): void => {
    if (own === undefined && (ours === undefined || notice.get() !== ours)) return;
    ours = own;
    notice.set(own);
  };
  const keep = (step: UndoStep): boolean => {
    if (replaying) return false;
    set([...past, step], []);
    return true;
  };
  const replay = (run: () => void): void => {
    replaying = true;
    try {
      run();
    } finally {
      replaying = false;
    }
  };
  const undo = (): void => {
    const step = past.at(-1);
    if (step === undefined) return;
    set(past.slice(0, -1), [...future, step]);
    replay(step.undo);
    say(announced.has(step) ? { tone: 'plain', text: `Undone: ${step.label}`, actions: [{ label: 'Redo', run: redo }] } : undefined);
  };
  const redo = (): void => {
    const step = future.at(-1);
    if (step === undefined) return;
    set([...past, step], future.slice(0, -1));
    replay(step.redo);
    say(announced.has(step) ? toldOf(step) : undefined);
  };
  const toldOf = ({ label }: UndoStep): Notice => ({ tone: 'plain', text: label, actions: [{ label: 'Undo', run: undo }] });

  const drop = (gone: (step: UndoStep) => boolean): void => {
    const stays = (step: UndoStep): boolean => !gone(step);
    if (past.every(stays) && future.every(stays)) return;
    set(past.filter(stays), future.filter(stays));
    say(undefined);
  };

  return {
    next,
    done(step) {
      if (keep(step)) say(undefined);
    },
    announce(step) {
      if (!keep(step)) return;
      announced.add(step);
      say(toldOf(step));
    },
    undo,
    redo,
    forget: (step) => drop((one) => one === step),
    dumpClosed: (dump) => drop((step) => step.dump === dump),
  };
}
