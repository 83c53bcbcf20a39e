import { addressesInText } from '../../shared/addresses-in-text.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { explainedText } from './explained.ts';
import { Hostile } from './Hostile.tsx';

interface AddressTextProps {
  /** Key of the dump that the text is about. */
  readonly dump: string;
  readonly text: string;
  /** Show it whole as a tooltip too, where it has no addresses. */
  readonly title?: boolean;
  /** How a piece is shown: `Hostile` unless given. */
  readonly piece?: (text: string) => React.ReactNode;
}

/** Text out of a dump, hostile as `Hostile` has it, in which the addresses that the kernel printed explain themselves. */
export function AddressText({ dump, text, title = false, piece }: AddressTextProps) {
  const pieces = addressesInText(text);
  const shown = piece ?? ((part: string) => <Hostile text={part} />);
  if (pieces.every(({ address }) => address === undefined)) return piece === undefined ? <Hostile text={text} title={title} /> : piece(text);
  return (
    <span title={title ? visibleText(text) : undefined}>
      {pieces.map(({ text: part, address }, at) =>
        address === undefined ? (
          <span key={at}>{shown(part)}</span>
        ) : (
          <span key={at} className="explained" {...explainedText(dump, address)}>
            {shown(part)}
          </span>
        ),
      )}
    </span>
  );
}
