import type { VmcoreinfoJson } from '../../shared/structure-model.ts';
import { visibleLine, visibleText } from '../../shared/visible-text.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson } from '../io.ts';
import { withDump } from '../open-dump.ts';
import type { Style } from '../text/style.ts';

function copyText({ source, of, differing }: NonNullable<VmcoreinfoJson['copies']>[number]): string {
  const shown = differing.slice(0, 5).join(', ');
  const more = differing.length > 5 ? ` and ${differing.length - 5} more` : '';
  return visibleLine(`copy in ${source}: ${differing.length === 0 ? 'the same' : `of ${of}, differs in ${shown}${more}`}`);
}

const text = (answer: VmcoreinfoJson, style: Style): string =>
  [style.dim(visibleLine(`from the ${answer.source}`)), ...(answer.copies ?? []).map((copy) => style.dim(copyText(copy))), visibleText(answer.text), ''].join(
    '\n',
  );

export const vmcoreinfoCommand: Command = {
  name: 'vmcoreinfo',
  summary: "the kernel's information for dump tools; memory is searched for it if no note leads to it",
  args: ['<file>'],
  ofKernel: true,
  options: [{ flags: '--copies', description: 'search all memory for copies and compare them' }],
  example: 'dumpbench vmcoreinfo dump.s390 --json',
  async run(context, [file = ''], options) {
    const copies = options.copies === true;
    const answer = await withDump(context, file, (dump) =>
      context.engine.call('vmcoreinfo', { dump, ...(copies ? { copies } : {}) }, { signal: context.io.signal }),
    );
    if (context.output.json) printJson(context.io, answer);
    else context.io.out(text(answer, context.style));
    return exitCodes.fine;
  },
};
