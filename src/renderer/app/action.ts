/** What palette, menu and keys start. */

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  /** False: not offered and without effect now. */
  readonly enabled?: () => boolean;
  readonly run: () => void;
}
