/** How people left an issue of a catalogue. The words are apart from the schemas: the command line names them without loading those. */
export const issueStates = ['new', 'open', 'fixed', 'ignored'] as const;
export type IssueState = (typeof issueStates)[number];
