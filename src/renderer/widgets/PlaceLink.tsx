import { placePosition, placeText, type PlaceJson } from '../words/place.ts';
import { useWorkbench } from '../workbench.ts';

/** A place of the dump that sets the cursor in the hex view. */
export function PlaceLink({ dump, place, children }: { readonly dump: string; readonly place: PlaceJson; readonly children?: string }) {
  const { places } = useWorkbench();
  const text = placeText(place);
  return (
    <button type="button" className="link code place-link" title={`Show ${text} in hex`} onClick={() => places.goTo(dump, placePosition(place))}>
      {children ?? text}
    </button>
  );
}
