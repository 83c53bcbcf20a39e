/** Finds the address that a key explains: in the focused element, in the selected row of a table, or the next one there. */
import type { PointedAddress } from '../state/address-card.ts';
import { explainedSelector, pointedAddress } from '../widgets/explained.ts';

/** What is read as one unit: a row of a table, a line of a list, a paragraph. */
const lines = '[role="row"], tr, li, dd, p';

/** The row of a table on which its keys act. */
export function activeRowOf(table: Element): Element | undefined {
  const id = table.getAttribute('aria-activedescendant');
  return (id === null ? undefined : document.getElementById(id)) ?? undefined;
}

/** The line of the previous card, and which of its addresses. */
let last: { readonly line: Element; readonly index: number } | undefined;

const inLine = (line: Element, index: number): PointedAddress | undefined => {
  const all = line.querySelectorAll(explainedSelector);
  const at = all.length === 0 ? 0 : index % all.length;
  last = all.length === 0 ? undefined : { line, index: at };
  return pointedAddress(all[at]);
};

/** @param again the card is shown and requested once more */
export function focusedAddress(again: boolean): PointedAddress | undefined {
  if (again && last !== undefined) return inLine(last.line, last.index + 1);
  last = undefined;
  const focused = document.activeElement;
  if (focused === null) return undefined;
  const own = focused.closest(explainedSelector);
  const line: Element | undefined = own?.closest(lines) ?? activeRowOf(focused);
  if (line === undefined) return pointedAddress(own);
  const index = own === null ? 0 : [...line.querySelectorAll(explainedSelector)].indexOf(own);
  return inLine(line, Math.max(0, index));
}

/** Position of a card that belongs to no element: the middle of what has the focus. */
export function focusBox(): PointedAddress['box'] {
  const { left, top, height } = (document.activeElement ?? document.body).getBoundingClientRect();
  return { left: left + 40, top: top + height / 3, bottom: top + height / 3 };
}
