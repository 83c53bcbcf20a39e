/** Attributes of elements that show an address: the shell shows a card when the pointer is on one (app/AddressCard.tsx). */
import type { PointedAddress } from '../state/address-card.ts';
import { positionText, type Position } from '../state/position.ts';

export interface ExplainedAttributes {
  'data-explain'?: string;
  'data-explain-dump'?: string;
}

/** @param text as typed by the user: "virtual:0x3ff", "do_exit+0x10" */
export const explainedText = (dump: string, text: string): ExplainedAttributes => ({ 'data-explain': text, 'data-explain-dump': dump });

/** File offsets have no card: they are not kernel addresses. */
export const explained = (dump: string, position: Position): ExplainedAttributes =>
  position.space === 'file' ? {} : explainedText(dump, positionText(position));

/** Attributes of an element whose address has a menu but no card: a file offset, or an address of a program. */
export const placed = (dump: string, position: Position): Readonly<Record<`data-${string}`, string>> => ({
  'data-place': positionText(position),
  'data-explain-dump': dump,
});

/** Elements that show an address. */
export const placedSelector = '[data-explain], [data-place]';

export const explainedSelector = '[data-explain]';

/** The address that an element explains. */
export const pointedAddress = (element: Element | null | undefined): PointedAddress | undefined => addressOf(element, ({ explain }) => explain);

/** The address that an element shows, whether or not it can be explained. */
export const placedAddress = (element: Element | null | undefined): PointedAddress | undefined => addressOf(element, ({ explain, place }) => explain ?? place);

function addressOf(element: Element | null | undefined, textOf: (data: DOMStringMap) => string | undefined): PointedAddress | undefined {
  if (!(element instanceof HTMLElement)) return undefined;
  const text = textOf(element.dataset);
  const dump = element.dataset.explainDump;
  const { left, top, bottom } = element.getBoundingClientRect();
  return text === undefined || dump === undefined ? undefined : { dump, text, box: { left, top, bottom } };
}
