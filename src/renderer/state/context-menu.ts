/** The menu that a right click, or its key, opens over a view. */
export interface ContextItem {
  readonly label: string;
  readonly run: () => void;
  readonly enabled?: boolean;
}

export interface ContextMenuState {
  /** Where it opens, in CSS pixels. */
  readonly left: number;
  readonly top: number;
  readonly items: readonly ContextItem[];
}
