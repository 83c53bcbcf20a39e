/** Matches keys in written form ("Ctrl+Shift+P") with keyboard events. Ctrl means Command on macOS. */

/** The properties of the DOM's KeyboardEvent that are used. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** `outside-fields`: anywhere but in text fields. Otherwise inside an element that has this name in `data-keys`, also outside fields. */
export type KeyPlace = 'outside-fields' | 'hex' | 'hex-grid';

/** Where the keyboard is. */
export interface KeyFocus {
  /** In a field or an editor, whose own keys take precedence. */
  readonly isWriting: boolean;
  /** Values of `data-keys` of its ancestors. */
  readonly places: readonly string[];
}

/** Whether keys of an action for this place work now. */
export function keysWork(place: KeyPlace | undefined, focus: KeyFocus): boolean {
  if (place === undefined) return true;
  return !focus.isWriting && (place === 'outside-fields' || focus.places.includes(place));
}

/** On a Mac, Option moves by words and writes characters in a field. */
export const writesText = (press: KeyPress, focus: KeyFocus, mac: boolean): boolean =>
  mac && focus.isWriting && press.altKey && !press.ctrlKey && !press.metaKey;

const names: Readonly<Record<string, string>> = { Left: 'ArrowLeft', Right: 'ArrowRight', Up: 'ArrowUp', Down: 'ArrowDown', Space: ' ' };

export function matchesKeys(press: KeyPress, keys: string, mac: boolean): boolean {
  const parts = keys.split('+');
  const last = parts.at(-1) ?? '';
  const wanted = new Set(parts.slice(0, -1));
  const main = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (main !== wanted.has('Ctrl') || other || press.shiftKey !== wanted.has('Shift') || press.altKey !== wanted.has('Alt')) return false;
  return press.key.toLowerCase() === (names[last] ?? last).toLowerCase();
}

/** As displayed next to an action. */
export const keysText = (keys: string, mac: boolean): string => (mac ? keys.replace('Ctrl', '⌘').replace('Alt', '⌥').replace('Shift', '⇧') : keys);

/** A key press in written form; undefined for a modifier alone, or a letter that a text field needs. */
export function keysOf(press: KeyPress, mac: boolean): string | undefined {
  if (['Control', 'Shift', 'Alt', 'Meta', 'Tab', 'Enter', 'Dead', 'Unidentified'].includes(press.key)) return undefined;
  const main = mac ? press.metaKey : press.ctrlKey;
  const functionKey = /^F\d{1,2}$/.test(press.key);
  if (!main && !press.altKey && !functionKey) return undefined;
  const written = Object.entries(names).find(([, key]) => key === press.key)?.[0];
  const key = written ?? (press.key.length === 1 ? press.key.toUpperCase() : press.key);
  return [...(main ? ['Ctrl'] : []), ...(press.altKey ? ['Alt'] : []), ...(press.shiftKey ? ['Shift'] : []), key].join('+');
}
