/**
 * A drawing that shared code writes as SVG text. It is parsed as XML, with everything from the dump escaped: anything that is not SVG is not shown.
 */
import { useEffect, useRef } from 'react';

interface SvgDrawingProps {
  /** undefined: there is nothing to draw. */
  readonly svg: string | undefined;
  readonly label: string;
  readonly testId: string;
}

export function SvgDrawing({ svg, label, testId }: SvgDrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = svg === undefined ? undefined : new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    place.current?.replaceChildren(...(root?.localName === 'svg' ? [document.importNode(root, true)] : []));
  }, [svg]);
  if (svg === undefined) return null;
  return <div ref={place} className="svg-drawing" tabIndex={0} role="group" aria-label={label} data-testid={testId} />;
}
