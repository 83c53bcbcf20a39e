import { placesInText } from '../words/places-in-text.ts';
import { AddressLink } from './AddressLink.tsx';
import { Hostile } from './Hostile.tsx';

/**
 * One of Dumpbench's sentences about a dump, which may quote hostile text: places named with their space become links, other numbers stay as they
 * are.
 */
export function PlaceText({ dump, text }: { readonly dump: string; readonly text: string }) {
  return placesInText(text).map(({ text: part, position }, at) =>
    position === undefined ? <Hostile key={at} text={part} /> : <AddressLink key={at} dump={dump} position={position} />,
  );
}
