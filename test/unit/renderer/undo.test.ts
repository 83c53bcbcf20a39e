import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import { createStore } from '../../../src/renderer/state/store.ts';
import { createUndoStack, type UndoStack, type UndoStep } from '../../../src/renderer/state/undo.ts';

/** A list that grows by undoable steps. */
function desk() {
  const notice = createStore<Notice | undefined>(undefined);
  const undo = createUndoStack(notice);
  const words: string[] = [];
  const write = (word: string, dump?: string): UndoStep => {
    words.push(word);
    return { label: `Wrote ${word}`, dump, undo: () => words.splice(words.lastIndexOf(word), 1), redo: () => words.push(word) };
  };
  return { notice, undo, words, write };
}

const labels = (undo: UndoStack): readonly (string | undefined)[] => [undo.next.get().undo, undo.next.get().redo];

describe("the user's action", () => {
  it('is undone and redone, last first', () => {
    const { undo, words, write } = desk();
    undo.undo();
    expect(labels(undo)).toEqual([undefined, undefined]);
    for (const word of ['a', 'b']) undo.done(write(word));
    undo.undo();
    expect([words, labels(undo)]).toEqual([['a'], ['Wrote a', 'Wrote b']]);
    undo.redo();
    expect([words, labels(undo)]).toEqual([
      ['a', 'b'],
      ['Wrote b', undefined],
    ]);
    undo.undo();
    undo.done(write('c'));
    expect([words, labels(undo)]).toEqual([
      ['a', 'c'],
      ['Wrote c', undefined],
    ]);
  });

  it('is announced with an undo button, which lasts until the next step', () => {
    const { notice, undo, words, write } = desk();
    undo.announce(write('a'));
    expect(notice.get()).toMatchObject({ text: 'Wrote a', actions: [{ label: 'Undo' }] });
    notice.get()?.actions?.[0]?.run();
    expect(words).toEqual([]);
    expect(notice.get()).toMatchObject({ text: 'Undone: Wrote a', actions: [{ label: 'Redo' }] });
    notice.get()?.actions?.[0]?.run();
    expect(words).toEqual(['a']);
    undo.done(write('b'));
    expect(notice.get()).toBeUndefined();
    notice.set({ tone: 'bad', text: 'disk full' });
    undo.undo();
    expect(notice.get()?.text).toBe('disk full');
  });

  it('does not count changes made by undoing it', () => {
    const { undo, write } = desk();
    undo.done({ label: 'Moved', undo: () => undo.announce(write('x')), redo: () => undefined });
    undo.undo();
    expect(labels(undo)).toEqual([undefined, 'Moved']);
  });

  it('is dropped with its dump, or when it was undone in another way', () => {
    const { notice, undo, write } = desk();
    const first = write('a');
    undo.done(first);
    undo.announce(write('b', 'dump1'));
    undo.dumpClosed('dump2');
    expect(notice.get()?.text).toBe('Wrote b');
    undo.dumpClosed('dump1');
    expect([notice.get(), labels(undo)]).toEqual([undefined, ['Wrote a', undefined]]);
    undo.forget(first);
    expect(labels(undo)).toEqual([undefined, undefined]);
  });

  it('is kept for a hundred steps', () => {
    const { undo, words, write } = desk();
    for (let at = 0; at < 120; at += 1) undo.done(write(`${at}`));
    for (let at = 0; at < 120; at += 1) undo.undo();
    expect(words.length).toBe(20);
  });
});
