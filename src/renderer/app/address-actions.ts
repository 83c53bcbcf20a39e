/** Explains the focused address, or else the one at the cursor. */
import { positionText } from '../state/position.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';
import { focusBox, focusedAddress } from './explained-element.ts';

export function addressActions({ addressCards, places }: Workbench): readonly Action[] {
  return [
    {
      id: 'address.explain',
      title: 'Explain the address',
      keys: 'Ctrl+I',
      keysIn: 'outside-fields',
      enabled: () => places.tabs.get().dump !== undefined,
      run() {
        const focused = focusedAddress(addressCards.shown.get()?.isHeld === true);
        const position = places.position();
        const { dump } = places.tabs.get();
        if (focused !== undefined) addressCards.hold(focused);
        else if (dump !== undefined && position !== undefined && position.space !== 'file')
          addressCards.hold({ dump, text: positionText(position), box: focusBox() });
      },
    },
  ];
}
