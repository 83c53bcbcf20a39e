import { usePlaceWords } from '../hooks/use-place-words.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { isName } from '../words/place-words.ts';
import { Hostile } from './Hostile.tsx';

/** What is at an address, next to its link: a symbol, a task, an object; nothing if only its page is known. */
export function PlaceWords({ dump, position }: { readonly dump: OpenDump; readonly position: Position }) {
  const word = usePlaceWords(dump, [position]).get(positionText(position));
  if (word === undefined || !isName(word)) return null;
  return (
    <span className="dim place-words cut">
      <Hostile text={word.text} title />
    </span>
  );
}
