import { Hostile } from './Hostile.tsx';

/** Says that what is shown comes from a page index which is not known to hold for the dump's files; nothing where it does. */
export function Unconfirmed({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p className="tone-warn" role="note" data-testid="unconfirmed">
      <Hostile text={text} />
    </p>
  );
}
