/** Two panes with a divider that is dragged, or moved by keys. Its position is saved in the session. */
import { useCallback, useId, useLayoutEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { fitShare, keyShare, type SplitRoom } from './split-share.ts';
import './splitter.css';

interface SplitPaneProps {
  /** Name under which the position is saved: the same for every dump. */
  readonly name: string;
  /** What the divider changes: "Width of the list of tasks". */
  readonly label: string;
  /** Default fraction of the first pane. */
  readonly share: number;
  /** The panes are stacked, always or if the whole is narrower than so many pixels. */
  readonly stacked?: boolean;
  readonly stackBelow?: number;
  /** Fraction of the first pane if they are stacked because of the width. */
  readonly stackedShare?: number;
  /** Minimum sizes of the first and the second pane in pixels. */
  readonly least?: readonly [number, number];
  readonly className?: string;
  /** Two panes. Without the second one the first gets all the space. */
  readonly children: readonly [ReactNode, ReactNode];
}

const usual = [120, 160] as const;
const lineWidth = 7;

export function SplitPane({
  name,
  label,
  share,
  stacked = false,
  stackBelow = 0,
  stackedShare = 0.4,
  least = usual,
  className = '',
  children,
}: SplitPaneProps) {
  const { splits } = useWorkbench();
  const kept = useStore(splits);
  const box = useRef<HTMLDivElement>(null);
  const first = useId();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [before, after] = children;
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  const isNarrow = size.width > 0 && size.width < stackBelow;
  const direction = stacked || isNarrow ? 'column' : 'row';
  // The stacked layout has its own position of the divider.
  const slot = !stacked && isNarrow ? `${name}.stacked` : name;
  const own = !stacked && isNarrow ? stackedShare : share;
  const room: SplitRoom = {
    room: (direction === 'row' ? size.width : size.height) - lineWidth,
    first: direction === 'row' || stacked ? least[0] : 80,
    second: direction === 'row' || stacked ? least[1] : 80,
  };
  const shown = fitShare(kept[slot] ?? own, room);
  const move = useCallback(
    (to: number | undefined) => splits.update(({ [slot]: _old, ...rest }) => (to === undefined ? rest : { ...rest, [slot]: to })),
    [splits, slot],
  );
  const isWhole = after === null || after === undefined || after === false;

  const onDrag = (event: PointerEvent<HTMLDivElement>): void => {
    const line = event.currentTarget;
    if (!line.hasPointerCapture(event.pointerId)) return;
    const area = box.current?.getBoundingClientRect();
    if (area === undefined) return;
    const at = direction === 'row' ? event.clientX - area.left : event.clientY - area.top;
    // At 200 % both are in CSS pixels.
    move(fitShare((at - lineWidth / 2) / room.room, room));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = event.key === 'Enter' ? 'own' : keyShare(event.key, shown, direction, event.shiftKey);
    if (to === undefined) return;
    event.preventDefault();
    move(to === 'own' ? undefined : fitShare(to, room));
  };
  return (
    <div
      ref={box}
      className={`split ${isWhole ? 'whole' : direction} ${className}`}
      style={{ '--split-at': `calc((100% - ${lineWidth}px) * ${shown.toFixed(5)})` } as CSSProperties}
      data-testid={`split-${name}`}
    >
      <div className="split-part" id={first}>
        {before}
      </div>
      {isWhole ? null : (
        <>
          <div
            className="split-line"
            role="separator"
            tabIndex={0}
            aria-orientation={direction === 'row' ? 'vertical' : 'horizontal'}
            aria-controls={first}
            aria-label={label}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(shown * 100)}
            title={`${label}: drag, or press arrow keys; double-click or Enter resets it`}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              event.preventDefault();
              event.currentTarget.focus();
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={onDrag}
            onDoubleClick={() => move(undefined)}
            onKeyDown={onKey}
          />
          <div className="split-part">{after}</div>
        </>
      )}
    </div>
  );
}
