import { Hostile } from './Hostile.tsx';

/** Warns that the data comes from a page index which is not confirmed to match the dump's files; nothing if it is. */
export function Unconfirmed({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p className="tone-warn" role="note" data-testid="unconfirmed">
      <Hostile text={text} />
    </p>
  );
}
