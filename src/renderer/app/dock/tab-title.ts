import type { Tab } from '../../state/tabs.ts';
import { views } from '../../views/index.ts';

/** What a tab shows, without its dump: "Hex 2". */
export const tabTitle = ({ view, grid }: Tab): string => `${views.find(({ id }) => id === view)?.title ?? view}${grid === undefined ? '' : ` ${grid}`}`;
