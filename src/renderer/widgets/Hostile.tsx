import { visibleText } from '../../shared/visible-text.ts';

/**
 * Text from a dump, or a file name. Control and format characters are made visible, and the rest keeps its order: letters of right-to-left scripts do
 * not reorder their surroundings.
 */
export function Hostile({ text, title = false }: { readonly text: string; /** Also show the whole text as a tooltip. */ readonly title?: boolean }) {
  const shown = visibleText(text);
  return (
    <bdo dir="ltr" {...(title ? { title: shown } : {})}>
      {shown}
    </bdo>
  );
}
