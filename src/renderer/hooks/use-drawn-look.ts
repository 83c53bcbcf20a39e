import { useWorkbench } from '../workbench.ts';
import { useStore } from './use-store.ts';

/** Changes whenever anything that a drawing takes from the page's style changes: colours and fonts. */
export function useDrawnLook(): string {
  const { themes, preferences } = useWorkbench();
  const { shown } = useStore(themes.state);
  const fonts = useStore(preferences.fonts);
  return `${shown}/${fonts}`;
}
