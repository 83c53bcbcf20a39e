/** The type of actions, which palette, menu and keys start. */
import type { KeyPlace } from './keymap.ts';

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  /** Where the focus must be for the keys to work; anywhere by default. */
  readonly keysIn?: KeyPlace;
  /** False if it is neither offered nor has an effect now. */
  readonly enabled?: () => boolean;
  readonly run: () => void;
}
