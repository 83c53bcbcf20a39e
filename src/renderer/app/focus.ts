/** Where the keyboard goes. Panes are the elements with `data-pane`; F6 walks through them. */

import type { KeyFocus } from './keymap.ts';

export const goToInputId = 'go-to-input';
export const dumpMenuId = 'dump-menu';

export function focusGoTo(): void {
  const input = document.getElementById(goToInputId);
  if (input instanceof HTMLInputElement) {
    input.focus();
    input.select();
  }
}

const focusable = 'button:not([disabled]), [href], input:not([disabled]), select:not([disabled]), summary, [tabindex]:not([tabindex="-1"])';

const isVisible = (element: HTMLElement): boolean => element.offsetParent !== null || element.getClientRects().length > 0;

/** First focusable element in a pane; one with `data-pane-focus` takes precedence. */
function entryOf(pane: HTMLElement): HTMLElement | undefined {
  const named = [...pane.querySelectorAll<HTMLElement>('[data-pane-focus]')].find(isVisible);
  return named ?? [...pane.querySelectorAll<HTMLElement>(focusable)].find(isVisible) ?? (pane.tabIndex >= -1 ? pane : undefined);
}

export function focusNextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(isVisible);
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  for (let tried = 1; tried <= panes.length; tried += 1) {
    const index = ((((at === -1 && step === -1 ? 0 : at) + step * tried) % panes.length) + panes.length) % panes.length;
    const pane = panes[index];
    const entry = pane === undefined ? undefined : entryOf(pane);
    if (entry === undefined) continue;
    entry.focus();
    if (document.activeElement === entry) return;
  }
}

/** Whether keys pressed here write text, so that they have their own meaning. Every part of an editor counts. */
function isInText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['button', 'checkbox', 'color', 'radio', 'range', 'reset', 'submit'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable || target.closest('.monaco-editor') !== null;
}

/** The target of keys: with nothing focused and no text selected, the view in front. */
export function keyFocus(): KeyFocus {
  const focused = document.activeElement;
  const isNowhere = focused === null || focused === document.body;
  const view = isNowhere && getSelection()?.isCollapsed !== false ? document.querySelector('.dv-active-group [data-pane="view"] [data-keys-default]') : null;
  const places: string[] = [];
  for (let at = (isNowhere ? view : focused)?.closest('[data-keys]'); at !== null && at !== undefined; at = at.parentElement?.closest('[data-keys]'))
    places.push(at.getAttribute('data-keys') ?? '');
  return { isWriting: isInText(focused), places };
}

/** Focuses the field of a hex view's find bar. */
export function focusFind(owner: string): void {
  const field = document.querySelector(`[data-find="${CSS.escape(owner)}"]`);
  if (field instanceof HTMLInputElement) field.select();
}

/** Focuses the active view. */
export function focusActivePane(): void {
  const pane = document.querySelector<HTMLElement>('.dv-active-group [data-pane="view"]');
  const entry = pane === null ? undefined : entryOf(pane);
  entry?.focus();
}

/** Focuses the list of recent dumps: on the first page, or in the menu of open dumps. */
export function focusRecents(): void {
  const first = (): HTMLElement | undefined => [...document.querySelectorAll<HTMLElement>('[data-recent]')].find(isVisible);
  if (first() === undefined) document.getElementById(dumpMenuId)?.showPopover();
  first()?.focus();
}
