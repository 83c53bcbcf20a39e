import { addressesInText } from '../../shared/addresses-in-text.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { explainedText } from './explained.ts';
import { Hostile } from './Hostile.tsx';

interface AddressTextProps {
  /** Key of the dump to which the text belongs. */
  readonly dump: string;
  readonly text: string;
  /** Also show the whole text as a tooltip if it contains no addresses. */
  readonly title?: boolean;
  /** How a piece is shown; `Hostile` by default. */
  readonly piece?: (text: string) => React.ReactNode;
}

/** Text from a dump, made safe as by `Hostile`, in which addresses printed by the kernel have cards. */
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
