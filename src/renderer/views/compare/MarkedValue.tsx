/** A value of one dump next to that of the other: differences are marked, in numbers digit by digit from the right. */
import { bytesDigits, type HexDigits } from '../../words/numbers.ts';
import { firstPieces, markedPieces } from '../../words/digit-marks.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';

interface MarkedValueProps {
  readonly value: string;
  readonly other: string | undefined;
  /** Width of the field; if unknown, numbers are as wide as they need. */
  readonly bytes: number | undefined;
}

const hexNumber = /^0x[0-9a-f]{1,32}$/;
const shownCharacters = 400;

/** The first width that fits all of them. */
function widthOf(values: readonly string[], bytes: number | undefined): HexDigits | undefined {
  const most = values.reduce((longest, value) => Math.max(longest, value.length - 2), 0);
  const declared = bytes === undefined ? undefined : bytesDigits(bytes);
  if (declared !== undefined && most <= declared) return declared;
  return ([8, 16, 32] as const).find((digits) => most <= digits);
}

export function MarkedValue({ value, other, bytes }: MarkedValueProps) {
  const values = other === undefined ? [value] : [value, other];
  const digits = values.every((one) => hexNumber.test(one)) ? widthOf(values, bytes) : undefined;
  if (digits !== undefined) return <HexNumber value={value} digits={digits} beside={other === undefined ? undefined : [other]} />;
  return <MarkedText text={value} other={other} />;
}

export function MarkedText({ text, other }: { readonly text: string; readonly other: string | undefined }) {
  return firstPieces(markedPieces(text, other), shownCharacters).map((piece, index) =>
    piece.differs ? (
      <mark key={index}>
        <Hostile text={piece.text} />
      </mark>
    ) : (
      <Hostile key={index} text={piece.text} />
    ),
  );
}
