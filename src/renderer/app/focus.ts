/** Where the keyboard goes. Panes are the elements with `data-pane`; F6 walks through them. */

export const goToInputId = 'go-to-input';

export function focusGoTo(): void {
  const input = document.getElementById(goToInputId);
  if (input instanceof HTMLInputElement) {
    input.focus();
    input.select();
  }
}

const focusable = 'button:not([disabled]), [href], input:not([disabled]), select:not([disabled]), summary, [tabindex]:not([tabindex="-1"])';

const isVisible = (element: HTMLElement): boolean => element.offsetParent !== null || element.getClientRects().length > 0;

/** First thing in a pane that takes keys; what names itself `data-pane-focus` goes first. */
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

/** Into the view that is worked in. */
export function focusActivePane(): void {
  const pane = document.querySelector<HTMLElement>('.dv-active-group [data-pane="view"]');
  const entry = pane === null ? undefined : entryOf(pane);
  entry?.focus();
}
