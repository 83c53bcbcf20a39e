import { isDumpError } from '../../src/shared/dump-error.ts';
import { Cancelled, EngineFailure, RequestError } from '../../src/shared/rpc.ts';

/** Whether an error is one that a method of the engine may answer with; a bug comes as a failure of the engine with its stack. */
export function isExpectedOfEngine(error: unknown): boolean {
  if (error instanceof EngineFailure) return !/\n\s+at /.test(error.message) && !error.message.includes('answered in a wrong shape');
  return isDumpError(error) || error instanceof RequestError || error instanceof Cancelled;
}
