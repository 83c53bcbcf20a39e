/** What palette, menu and keys start. */
import type { KeyPlace } from './keymap.ts';

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  /** Where the focus must be for the keys to work; anywhere unless given. */
  readonly keysIn?: KeyPlace;
  /** False: not offered and without effect now. */
  readonly enabled?: () => boolean;
  readonly run: () => void;
}
