/** Undo and redo of the user's actions: layout, annotations, rules. Lasts as long as the window; not saved in sessions. */
import { defined } from '../../shared/defined.ts';
import type { Notice } from './notice.ts';
import { createStore, type Readable, type Store } from './store.ts';

/** An action of the user, after it was done. */
export interface UndoStep {
  /** What was done, in the past tense and without a full stop: "Removed the annotation at 0x1000". */
  readonly label: string;
  /** Key of its dump, if it has one: closing the dump drops the step. */
  readonly dump?: string | undefined;
  readonly undo: () => void;
  readonly redo: () => void;
}

export interface UndoStack {
  /** Labels of what would be undone, and of what would be redone. */
  readonly next: Readable<{ readonly undo?: string; readonly redo?: string }>;
  /** Records a step whose effect is visible where it acts. */
  readonly done: (step: UndoStep) => void;
  /** Records a step and shows a notice with an "Undo" button: for what disappears, or acts elsewhere. */
  readonly announce: (step: UndoStep) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Drops a step that was undone in another way. */
  readonly forget: (step: UndoStep) => void;
  readonly dumpClosed: (dump: string) => void;
}

const limit = 100;

export function createUndoStack(notice: Store<Notice | undefined>): UndoStack {
  let past: readonly UndoStep[] = [];
  let future: readonly UndoStep[] = [];
  /** Steps that are announced in the notice. */
  const announced = new WeakSet<UndoStep>();
  let ours: Notice | undefined;
  /** While a step is undone, the resulting changes are not recorded as steps. */
  let replaying = false;
  const next = createStore<{ readonly undo?: string; readonly redo?: string }>({});

  const set = (before: readonly UndoStep[], after: readonly UndoStep[]): void => {
    past = before.slice(-limit);
    future = after;
    next.set(defined({ undo: past.at(-1)?.label, redo: future.at(-1)?.label }));
  };
  /** A notice about an older step is removed: its button would act on another one. */
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
