/** Where tabs are: a tree of splits, as data. Sizes are fractions of the parent, so that a layout fits every window. */
import { tabOf, type Tab } from './tabs.ts';

export interface DockPane {
  readonly kind: 'pane';
  readonly share: number;
  readonly tabs: readonly Tab[];
  /** Id of the tab in front. */
  readonly front: string | undefined;
}
export interface DockSplit {
  readonly kind: 'split';
  readonly share: number;
  readonly parts: readonly DockNode[];
}
export type DockNode = DockPane | DockSplit;

export interface DockLayout {
  /** Direction of the outermost parts; nested ones alternate. */
  readonly direction: 'row' | 'column';
  readonly parts: readonly DockNode[];
}

export type Side = 'left' | 'right' | 'up' | 'down';

const tabsOf = (node: DockNode): readonly Tab[] => (node.kind === 'pane' ? node.tabs : node.parts.flatMap(tabsOf));
export const layoutTabs = (layout: DockLayout): readonly Tab[] => layout.parts.flatMap(tabsOf);

function mapNode(node: DockNode, change: (tab: Tab) => Tab | undefined): DockNode | undefined {
  if (node.kind === 'split') {
    const parts = node.parts.flatMap((part) => mapNode(part, change) ?? []);
    return parts.length === 0 ? undefined : { ...node, parts };
  }
  const front = node.tabs.find((tab) => tab.id === node.front);
  const tabs = node.tabs.flatMap((tab) => change(tab) ?? []);
  if (tabs.length === 0) return undefined;
  const shown = front === undefined ? undefined : change(front)?.id;
  return { ...node, tabs, front: shown ?? tabs[0]?.id };
}

/** The same layout with other tabs; panes that become empty are removed. Undefined if all are. */
export function mapLayout(layout: DockLayout, change: (tab: Tab) => Tab | undefined): DockLayout | undefined {
  const parts = layout.parts.flatMap((part) => mapNode(part, change) ?? []);
  return parts.length === 0 ? undefined : { ...layout, parts };
}

const panesOf = (node: DockNode): readonly DockPane[] => (node.kind === 'pane' ? [node] : node.parts.flatMap(panesOf));
/** The pane that contains a tab. */
export const paneOf = (layout: DockLayout, tab: string): DockPane | undefined =>
  layout.parts.flatMap(panesOf).find(({ tabs }) => tabs.some(({ id }) => id === tab));

/** The layout with these tabs added: each in the first pane that shows its dump, otherwise in the first one. */
export function withTabs(layout: DockLayout, tabs: readonly Tab[]): DockLayout {
  const there = new Set(layoutTabs(layout).map(({ id }) => id));
  const panes = layout.parts.flatMap(panesOf);
  const more = Map.groupBy(
    tabs.filter(({ id }) => !there.has(id)),
    ({ dump }) => panes.find((one) => one.tabs.some((tab) => tab.dump === dump)) ?? panes[0],
  );
  if (more.size === 0) return layout;
  if (panes.length === 0) return single(tabs, tabs[0]?.id);
  const fill = (node: DockNode): DockNode =>
    node.kind === 'split' ? { ...node, parts: node.parts.map(fill) } : { ...node, tabs: [...node.tabs, ...(more.get(node) ?? [])] };
  return { ...layout, parts: layout.parts.map(fill) };
}

/** Whether the same tabs are in the same panes, whatever the sizes and the tabs in front. */
export function sameArrangement(left: DockLayout, right: DockLayout): boolean {
  const form = (node: DockNode): unknown => (node.kind === 'pane' ? node.tabs.map(({ id }) => id) : { parts: node.parts.map(form) });
  const whole = ({ direction, parts }: DockLayout): string => JSON.stringify([parts.length > 1 ? direction : '', parts.map(form)]);
  return whole(left) === whole(right);
}

const pane = (tabs: readonly Tab[], share = 1): DockPane => ({ kind: 'pane', share, tabs, front: tabs[0]?.id });

export const single = (tabs: readonly Tab[], front: string | undefined): DockLayout => ({ direction: 'row', parts: [{ ...pane(tabs), front }] });

/** Triage: the facts on the left, the bytes that they come from on the right. */
export function triageLayout(dump: string): DockLayout {
  const facts = (['overview', 'integrity', 'cpus'] as const).map((view) => tabOf(view, dump));
  return { direction: 'row', parts: [pane(facts, 0.58), pane([tabOf('hex', dump), tabOf('regions', dump)], 0.42)] };
}

/** Two dumps side by side, each with the same views. */
export function sideBySide(left: string, right: string): DockLayout {
  const column = (dump: string): DockPane => pane((['overview', 'cpus', 'hex'] as const).map((view) => tabOf(view, dump)));
  return { direction: 'row', parts: [column(left), column(right)] };
}
