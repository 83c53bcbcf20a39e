/** The tab that a view is shown in: for views of which there can be several of one dump. */
import { createContext, useContext } from 'react';
import type { Tab } from '../state/tabs.ts';

export const PaneContext = createContext<Tab | undefined>(undefined);

/** @returns undefined outside the dock */
export const usePane = (): Tab | undefined => useContext(PaneContext);
