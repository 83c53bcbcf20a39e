/** The words for what is known of a page. They stand apart from the schemas, so that a page worker needs to load nothing else. */
export const pageStates = ['present', 'zero', 'excluded', 'missing', 'unreadable', 'encrypted'] as const;
/** present: has bytes that are not all zero · zero: known zero, stored or implied · excluded: left out by the dump tool on purpose. */
export type PageState = (typeof pageStates)[number];

/** First match wins, in this order. */
export const pageClasses = ['zero', 'fill', 'text', 'code', 'pointers', 'entropy', 'data'] as const;
export type PageClass = (typeof pageClasses)[number];
