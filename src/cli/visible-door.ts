/**
 * The last step for text on its way to a terminal or a file: whatever a command forgot to make visible is made so
 * here. Our own colours and the progress line come through where a terminal wants them.
 */
import { visibleText } from '../shared/visible-text.ts';
import type { CliIo } from './io.ts';

// eslint-disable-next-line no-control-regex -- as text/style.ts writes them
const colours = /(\u001b\[(?:0|1|2|31|32|33)m|\r\n)/;
/** Lines of CSV end so (RFC 4180). */
const lineEnds = /(\r\n)/;
// eslint-disable-next-line no-control-regex -- as progress-line.ts writes it
const redraw = /(\r\u001b\[K)/;

/** Text but for what matches `ours`, which must capture itself. */
const visibleBut = (ours: RegExp, text: string): string =>
  text
    .split(ours)
    .map((part, index) => (index % 2 === 1 ? part : visibleText(part)))
    .join('');

export const visibleDoor = (io: CliIo): CliIo => ({
  ...io,
  out: (text) => {
    io.out(visibleBut(io.isTerminal ? colours : lineEnds, text));
  },
  err: (text) => {
    io.err(io.errIsTerminal ? visibleBut(redraw, text) : visibleText(text));
  },
});
