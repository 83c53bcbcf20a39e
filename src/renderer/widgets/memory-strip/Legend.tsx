import { useEffect, useRef } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { percentText } from '../../words/numbers.ts';
import { Icon } from '../Icon.tsx';
import { memoryKinds, pagesOf, type KindCounts, type MemoryKind } from '../../../shared/memory-kinds.ts';
import { kindFills } from './strip-painter.ts';

/** A square with the same colour and pattern as on the strip. */
export function Swatch({ kind }: { readonly kind: MemoryKind }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown } = useStore(useWorkbench().themes.state);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (canvas.current === null || context === null || context === undefined) return;
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, 11, 11);
    context.fillStyle = kindFills(context, canvas.current, [kind]).get(kind.id) ?? 'transparent';
    context.fillRect(0, 0, 11, 11);
  }, [kind, shown]);
  return <canvas ref={canvas} width={22} height={22} className="legend-swatch" aria-hidden="true" />;
}

/** Shares of the kinds, with the marks on the strip. */
export function Legend({ counts, failing }: { readonly counts: KindCounts; readonly failing: number }) {
  const total = pagesOf(counts);
  return (
    <ul className="legend" data-testid="memory-legend">
      {memoryKinds
        .filter(({ id, always }) => counts[id] > 0 || always)
        .map((kind) => (
          <li key={kind.id} className="legend-item" title={kind.meaning}>
            <Swatch kind={kind} />
            {kind.label} {counts[kind.id] === 0 ? '0 %' : percentText(counts[kind.id], total)}
          </li>
        ))}
      {failing === 0 ? null : (
        <li className="legend-item tone-bad">
          <Icon name="triangle-up" />
          failed check
        </li>
      )}
    </ul>
  );
}
