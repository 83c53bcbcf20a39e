/** The tab of a view, for views that can be open several times for one dump. */
import { createContext, useContext } from 'react';
import type { Tab } from '../state/tabs.ts';

export const PaneContext = createContext<Tab | undefined>(undefined);

/** @returns undefined outside the dock */
export const usePane = (): Tab | undefined => useContext(PaneContext);
