/** No answer is given about a file that changed since it was opened: bytes from before and after the change would be mixed, and nobody would know. */
import type { OpenFiles } from './session.ts';

type AnyHandler = (params: never, context: never) => unknown;
/** Parameters that name open dumps. */
const handles = ['dump', 'left', 'right', 'with'] as const;

/**
 * The same methods, whose answers hold for files that are as they were when they were opened.
 * @param filesOf those of an open dump; undefined for one that is not open any more
 */
export function answeringOfUnchanged<H extends object>(handlers: H, filesOf: (dump: string) => Pick<OpenFiles, 'assertUnchanged'> | undefined): H {
  const checked = Object.entries(handlers).map(([method, handler]: [string, AnyHandler]) => [
    method,
    async (params: Partial<Record<(typeof handles)[number], string>>, caller: unknown): Promise<unknown> => {
      const answer = await handler(params as never, caller as never);
      for (const name of handles) {
        const dump = params[name];
        if (dump !== undefined) filesOf(dump)?.assertUnchanged();
      }
      return answer;
    },
  ]);
  return Object.fromEntries(checked) as H;
}
