/** Enter in the field of a list: chooses immediately, or as soon as the list has been read. */
import { useEffect, useEffectEvent, useState } from 'react';

/**
 * @param isRead whether the list has been read
 * @param choose takes what the field's text finds
 * @returns a function to call with true at Enter, and with false once the text changes: its previous matches are then obsolete
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
