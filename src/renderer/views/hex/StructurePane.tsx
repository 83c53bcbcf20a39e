/** The structure applied to the bytes, as a tree below them: choosing a member selects its bytes, and the member at the cursor is marked. */
import { useEffect, useEffectEvent, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { byteText } from '../../../shared/units.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { Laid } from '../../state/laid.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { positionText, type Position } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { TypeTreeView, useTypeTree } from '../types/TypeTreeView.tsx';

interface StructurePaneProps {
  readonly dump: OpenDump;
  readonly owner: string;
  readonly laid: Laid;
  readonly position: Position;
}

const smallest = 15;
const largest = 80;
const clamp = (share: number): number => Math.min(largest, Math.max(smallest, share));

export function StructurePane({ dump, owner, laid, position }: StructurePaneProps) {
  const { places, hexTabs } = useWorkbench();
  const [share, setShare] = useState(45);
  const tree = useTypeTree(dump, laid.isKernelType === true ? { name: laid.layout } : { layout: laid.layout }, laid.at);
  const { root } = useStore(tree.state);
  const size = root?.size;
  const keepSize = useEffectEvent(() => {
    if (size !== undefined && laid.size !== size) hexTabs.change(owner, { laid: { ...laid, size } });
  });
  useEffect(() => keepSize(), [size, laid.layout]);
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowUp: 5, ArrowDown: -5 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setShare((old) => clamp(old + by));
  };
  const onDrag = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.closest('.hex-left')?.getBoundingClientRect();
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    setShare(clamp(((box.bottom - event.clientY) / box.height) * 100));
  };
  return (
    <section className="structure-pane" style={{ flexBasis: `${share}%` }} aria-label={`Structure ${laid.layout}`} data-testid="structure">
      <div
        className="structure-edge"
        role="separator"
        aria-orientation="horizontal"
        aria-label="Height of the structure"
        aria-valuenow={Math.round(share)}
        aria-valuemin={smallest}
        aria-valuemax={largest}
        tabIndex={0}
        onKeyDown={onKey}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onDrag}
      />
      <header className="structure-head">
        <h3 className="code">
          <Hostile text={`${root?.name ?? laid.layout}${root?.module === undefined ? '' : ` of ${root.module}`}`} />
        </h3>
        <span className="dim">
          at{' '}
          <AddressLink dump={dump.key} position={laid.at}>
            {positionText(laid.at)}
          </AddressLink>
          {size === undefined ? '' : ` · ${byteText(size)}`}
        </span>
        <button type="button" className="link" onClick={() => hexTabs.change(owner, { laid: { ...laid, at: { ...position, length: 1 } } })}>
          Move to the cursor
        </button>
        <span className="find-close">
          <IconButton icon="close" label="Remove the structure" onPress={() => hexTabs.change(owner, { laid: undefined })} />
        </span>
      </header>
      <TypeTreeView
        dump={dump}
        tree={tree}
        label={`Members of ${root?.name ?? laid.layout}`}
        cursor={position}
        onSelect={(next) => places.goTo(dump.key, next)}
      />
    </section>
  );
}
