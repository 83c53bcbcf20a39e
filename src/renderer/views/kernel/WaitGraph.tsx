/** Who waits for whom, as shared/wait-graph.ts draws it. Its text is parsed as XML, in which everything from the dump is escaped: what is none of that is not shown. */
import { useEffect, useId, useMemo, useRef } from 'react';
import type { RowJson } from '../../../shared/analysis-table.ts';
import { waitGraphSvg } from '../../../shared/wait-graph.ts';

export function WaitGraph({ rows }: { readonly rows: readonly RowJson[] }) {
  const place = useRef<HTMLDivElement>(null);
  const id = `waits${useId().replaceAll(/[^A-Za-z0-9]/g, '')}`;
  const svg = useMemo(() => waitGraphSvg(rows, id), [rows, id]);
  useEffect(() => {
    const root = svg === undefined ? undefined : new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    place.current?.replaceChildren(...(root?.localName === 'svg' ? [document.importNode(root, true)] : []));
  }, [svg]);
  if (svg === undefined) return null;
  return <div ref={place} className="wait-graph-frame" tabIndex={0} role="group" aria-label="Drawing of who waits for whom" data-testid="wait-graph" />;
}
