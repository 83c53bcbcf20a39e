/** The menu of every address in the window, together with the view's own items: elements carry their addresses, so views need no code for it. */
import { useEffect } from 'react';
import type { PointedAddress } from '../state/address-card.ts';
import { offeredItems, type ContextItem } from '../state/context-menu.ts';
import { addressItems } from '../widgets/address-items.ts';
import { placedAddress, placedSelector } from '../widgets/explained.ts';
import { useWorkbench } from '../workbench.ts';
import { findPlace } from './find-place.ts';
import { activeRowOf } from './explained-element.ts';

/** The element for which the menu was requested: the one under the pointer, or by key the selected row of a table. */
function addressAt({ target, button }: MouseEvent): PointedAddress | undefined {
  if (!(target instanceof Element)) return undefined;
  const own = placedAddress(target.closest(placedSelector));
  // A key press targets the whole table.
  return own ?? (button === 2 ? undefined : placedAddress(activeRowOf(target)?.querySelector(placedSelector)));
}

export function AddressMenu() {
  const workbench = useWorkbench();
  useEffect(() => {
    const { contextMenu, tell } = workbench;
    const onMenu = (event: MouseEvent): void => {
      // A view with its own menu includes the address items.
      if (event.defaultPrevented) return;
      const at = addressAt(event);
      const offer = offeredItems(event);
      if (at === undefined && offer === undefined) return;
      event.preventDefault();
      const { left, top } = offer?.at ?? { left: event.clientX, top: event.clientY };
      const open = (items: readonly ContextItem[]): void => {
        const others = (offer?.items ?? []).map((item, index) => (index === 0 && items.length > 0 ? { ...item, begins: true as const } : item));
        contextMenu.set({ left, top, items: [...items, ...others] });
      };
      if (at === undefined) open([]);
      else
        findPlace(workbench, at.dump, at.text)
          .then((position) => open(addressItems(workbench, at.dump, position, at.box)))
          .catch((error: unknown) => {
            if (offer === undefined) tell(error);
            else open([]);
          });
    };
    document.addEventListener('contextmenu', onMenu);
    return () => document.removeEventListener('contextmenu', onMenu);
  }, [workbench]);
  return null;
}
