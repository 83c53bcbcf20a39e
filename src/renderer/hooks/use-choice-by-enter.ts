/** Enter in the field of a list: chooses at once, or as soon as the list has been read. */
import { useEffect, useEffectEvent, useState } from 'react';

/**
 * @param isRead whether the list is there
 * @param choose takes what the field's text finds
 * @returns takes true at Enter, and false once the text changes: what it found before is not wanted any more
 */
export function useChoiceByEnter(isRead: boolean, choose: () => void): (isWanted: boolean) => void {
  const [isWanted, setWanted] = useState(false);
  const chosen = useEffectEvent(() => {
    setWanted(false);
    choose();
  });
  useEffect(() => {
    if (isWanted && isRead) chosen();
  }, [isWanted, isRead]);
  return setWanted;
}
