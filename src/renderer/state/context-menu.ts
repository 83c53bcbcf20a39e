/** The menu that a right click, or its key, opens over a view. */
export interface ContextItem {
  readonly label: string;
  readonly run: () => void;
  readonly enabled?: boolean;
  /** Set for items that can be on or off. */
  readonly checked?: boolean;
  /** A separator is above it. */
  readonly begins?: true;
}

export interface ContextMenuState {
  /** Where it opens, in CSS pixels. */
  readonly left: number;
  readonly top: number;
  readonly items: readonly ContextItem[];
}

/** What a part of a view offers at an event; the shell opens the menu and adds the items for an address there. */
interface Offer {
  readonly items: readonly ContextItem[];
  /** Where it opens when requested by key. */
  readonly at: { readonly left: number; readonly top: number } | undefined;
}
const offers = new WeakMap<object, Offer>();

/** @param event as received from the browser */
export const offerItems = (event: object, items: readonly ContextItem[], at?: Offer['at']): void => void offers.set(event, { items, at });
export const offeredItems = (event: object): Offer | undefined => offers.get(event);
