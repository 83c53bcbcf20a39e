import { placesInText } from '../words/places-in-text.ts';
import { AddressLink } from './AddressLink.tsx';
import { Hostile } from './Hostile.tsx';

/** A sentence of ours about a dump, hostile as it may quote it: places that it names with their space are links, other numbers stay as they are. */
export function PlaceText({ dump, text }: { readonly dump: string; readonly text: string }) {
  return placesInText(text).map(({ text: part, position }, at) =>
    position === undefined ? <Hostile key={at} text={part} /> : <AddressLink key={at} dump={dump} position={position} />,
  );
}
