/** The menu of every address in the window: elements carry theirs, so no view has to ask for it. */
import { useEffect } from 'react';
import type { PointedAddress } from '../state/address-card.ts';
import { addressItems } from '../widgets/address-items.ts';
import { placedAddress, placedSelector } from '../widgets/explained.ts';
import { useWorkbench } from '../workbench.ts';
import { findPlace } from './find-place.ts';
import { activeRowOf } from './explained-element.ts';

/** The element that a menu was asked for: under the pointer, or by key of the picked row of a table. */
function addressAt({ target, button }: MouseEvent): PointedAddress | undefined {
  if (!(target instanceof Element)) return undefined;
  const own = placedAddress(target.closest(placedSelector));
  // A key asks for the table as a whole.
  return own ?? (button === 2 ? undefined : placedAddress(activeRowOf(target)?.querySelector(placedSelector)));
}

export function AddressMenu() {
  const workbench = useWorkbench();
  useEffect(() => {
    const { contextMenu, tell } = workbench;
    const onMenu = (event: MouseEvent): void => {
      // A view that has a menu of its own offers the address in it.
      const at = event.defaultPrevented ? undefined : addressAt(event);
      if (at === undefined) return;
      event.preventDefault();
      const { clientX: left, clientY: top } = event;
      findPlace(workbench, at.dump, at.text)
        .then((position) => contextMenu.set({ left, top, items: addressItems(workbench, at.dump, position, at.box) }))
        .catch(tell);
    };
    document.addEventListener('contextmenu', onMenu);
    return () => document.removeEventListener('contextmenu', onMenu);
  }, [workbench]);
  return null;
}
