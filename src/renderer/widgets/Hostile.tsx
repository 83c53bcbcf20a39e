import { visibleText } from '../../shared/visible-text.ts';

/**
 * Text that came out of a dump, or a file name. Control and format characters are written out, and what is left keeps
 * its order: letters of right-to-left scripts do not turn their surroundings around.
 */
export function Hostile({ text, title = false }: { readonly text: string; /** Show it whole as a tooltip too. */ readonly title?: boolean }) {
  const shown = visibleText(text);
  return (
    <bdo dir="ltr" {...(title ? { title: shown } : {})}>
      {shown}
    </bdo>
  );
}
