/** The width of an element in the page, for drawings that fit it. */
import { useEffect, useState, type RefObject } from 'react';

/** @returns CSS pixels; 0 until the element has been measured */
export function useDrawnWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const measured = element.current;
    if (measured === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(measured.clientWidth));
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
