import type { ReactNode } from 'react';
import { placeParts, placePosition, placeText, type PlaceJson } from '../words/place.ts';
import { useWorkbench } from '../workbench.ts';
import { explained, placed } from './explained.ts';
import { HexNumber } from './HexNumber.tsx';

/** A link to a place in the dump that sets the cursor in the hex view. */
export function PlaceLink({ dump, place, children }: { readonly dump: string; readonly place: PlaceJson; readonly children?: ReactNode }) {
  const { places } = useWorkbench();
  const text = placeText(place);
  const { space, start, size } = placeParts(place);
  const position = placePosition(place);
  return (
    <button
      type="button"
      className="link code place-link"
      {...(position.space === 'file' ? { title: `Show ${text} in hex`, ...placed(dump, position) } : explained(dump, position))}
      onClick={() => places.goTo(dump, position)}
    >
      {children ?? (
        <>
          {space}:<HexNumber value={start} />
          {size}
        </>
      )}
    </button>
  );
}
