/** What keeps a command from its catalogue: a plain sentence without any secret, for the door to print. */
export type FleetProblem =
  | 'unreachable' // the database does not answer, or the connection broke: worth another try
  | 'refused' // the user, the password, the certificate, or a right
  | 'busy' // another process has the embedded catalogue
  | 'schema' // there is no catalogue, or one of another version
  | 'usage'; // what was asked cannot be

export class FleetError extends Error {
  override name = 'FleetError';
  readonly problem: FleetProblem;
  constructor(problem: FleetProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
