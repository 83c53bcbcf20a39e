/** Colour only where it has a meaning: verdicts. Off without a terminal, with --no-color and with NO_COLOR. */
export interface Style {
  readonly ok: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

const wrap = (code: number, on: boolean) => (text: string) => (on && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);

export const makeStyle = (on: boolean): Style => ({ ok: wrap(32, on), bad: wrap(31, on), warn: wrap(33, on), dim: wrap(2, on), strong: wrap(1, on) });
