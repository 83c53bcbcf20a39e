import type { FleetProblem } from '../shared/fleet-problems.ts';

/** Why a command cannot use its catalogue: a plain sentence without any secret, for the door to print. */
export class FleetError extends Error {
  override name = 'FleetError';
  readonly problem: FleetProblem;
  constructor(problem: FleetProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
