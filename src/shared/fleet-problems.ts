/** What can keep one from a catalogue. */
export const fleetProblems = [
  'unreachable', // the database does not answer, or the connection broke: worth another try
  'refused', // the user, the password, the certificate, or a right
  'busy', // another process has the embedded catalogue
  'schema', // there is no catalogue, or one of another version
  'usage', // what was asked cannot be
] as const;
export type FleetProblem = (typeof fleetProblems)[number];
