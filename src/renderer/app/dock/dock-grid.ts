/** Converts layouts to dockview's format and back. Only our own format is saved (state/dock-layout.ts). */
import { Orientation, type SerializedDockview } from 'dockview-react';
import { defined } from '../../../shared/defined.ts';
import type { DockLayout, DockNode } from '../../state/dock-layout.ts';
import type { Tab } from '../../state/tabs.ts';

type Grid = SerializedDockview['grid'];
type GridNode = Grid['root'];
type Leaf = Exclude<GridNode['data'], readonly unknown[]>;

const isBranch = (node: GridNode): node is GridNode & { readonly data: GridNode[] } => node.type === 'branch' && Array.isArray(node.data);

/** @param find the tab of a panel */
export function readGrid({ grid }: SerializedDockview, find: (panel: string) => Tab | undefined): DockLayout {
  const shares = (nodes: readonly GridNode[]): number[] => {
    const total = nodes.reduce((sum, { size }) => sum + (size ?? 0), 0);
    return nodes.map(({ size }) => (total === 0 ? 1 / nodes.length : (size ?? 0) / total));
  };
  const read = (node: GridNode, share: number): DockNode => {
    if (isBranch(node)) return { kind: 'split', share, parts: readAll(node.data) };
    const leaf = node.data as Leaf;
    return { kind: 'pane', share, tabs: leaf.views.flatMap((panel) => find(panel) ?? []), front: leaf.activeView };
  };
  const readAll = (nodes: readonly GridNode[]): DockNode[] => {
    const share = shares(nodes);
    return nodes.map((node, index) => read(node, share[index] ?? 1));
  };
  return {
    direction: grid.orientation === Orientation.HORIZONTAL ? 'row' : 'column',
    parts: isBranch(grid.root) ? readAll(grid.root.data) : [read(grid.root, 1)],
  };
}

/** @param component dockview's name for the contents of a panel */
export function writeGrid(layout: DockLayout, width: number, height: number, component: string): SerializedDockview {
  const panels: SerializedDockview['panels'] = {};
  let groups = 0;
  const write = (node: DockNode, size: number, across: number): GridNode => {
    if (node.kind === 'split') return { type: 'branch', size, data: writeAll(node.parts, across, size) };
    for (const { id } of node.tabs) panels[id] = { id, contentComponent: component, title: id };
    groups += 1;
    const front = node.front ?? node.tabs[0]?.id;
    return { type: 'leaf', size, data: { id: `pane${groups}`, views: node.tabs.map(({ id }) => id), ...defined({ activeView: front }) } };
  };
  /** @param along space in the direction of these nodes, @param across space in the other one */
  const writeAll = (nodes: readonly DockNode[], along: number, across: number): GridNode[] => {
    const total = nodes.reduce((sum, { share }) => sum + share, 0);
    return nodes.map((node) => write(node, Math.round((along * node.share) / (total > 0 ? total : 1)), across));
  };
  const row = layout.direction === 'row';
  const data = writeAll(layout.parts, row ? width : height, row ? height : width);
  return {
    grid: { root: { type: 'branch', size: row ? height : width, data }, width, height, orientation: row ? Orientation.HORIZONTAL : Orientation.VERTICAL },
    panels,
    ...(groups === 0 ? {} : { activeGroup: 'pane1' }),
  };
}
