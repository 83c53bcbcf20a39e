/** What kdump and makedumpfile said when they saved the dump, against the dump (neighbours.md section 2). */
import type { Step } from '../../../shared/check-model.ts';
import { paced } from '../../jobs/steps.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { failed, notRecorded, passed, type Check } from '../check.ts';

/** makedumpfile -d, as the sub-header of a kdump-compressed dump records it. */
function recordedLevel({ structures }: DumpImage): number | undefined {
  const values = structures.map(({ fields }) => fields.find(({ name }) => name === 'dump_level')?.value).find((value) => value !== undefined);
  return values === undefined ? undefined : Number(values);
}

const endOfSaving = 'end of the saving';

export const dumpLogCheck: Check = {
  id: 'dump-log',
  title: 'Attached log of the dump tool',
  failure: 'The log of the dump tool does not match the dump.',
  gravity: 30,
  cost: 'quick',
  concerns: ({ dumpLog }) => dumpLog !== undefined,
  async run({ image, dumpLog: log, signal }) {
    if (log === undefined) return notRecorded('no log of a dump tool is attached');
    const { name, end, why, level, remaining, copied, runs } = log;
    const complete = image.container.complete.value;
    const steps: Step[] = [];
    if (end?.saved === true)
      steps.push({
        check: endOfSaving,
        passed: complete,
        detail: `the log says "${end.line}", and the container is ${complete ? 'complete' : 'not: it was shortened afterwards, or this is not the dump of this log'}`,
      });
    else if (end !== undefined)
      steps.push({
        check: endOfSaving,
        // A dump that looks whole may lack what was never written, or be another attempt's.
        ...(complete ? {} : { passed: true }),
        detail: `the log says "${end.line}"${why === undefined ? '' : ` (${why})`}, and the container is ${complete ? 'complete as far as it shows' : 'incomplete'}`,
      });
    else
      steps.push({
        check: endOfSaving,
        detail: `the log ends without saying that the dump was saved${copied === undefined ? '' : `, at ${copied} % of the copying`}${why === undefined ? '' : ` (${why})`}`,
      });
    if (remaining !== undefined && image.bitmaps !== undefined) {
      const { parts } = await paced(image.bitmaps(), signal);
      const pages = parts.reduce((sum, part) => sum + part.pages, 0);
      steps.push({ check: 'pages', passed: pages === remaining, detail: `${remaining} pages remained according to the log, the bitmap announces ${pages}` });
    }
    const recorded = recordedLevel(image);
    if (level !== undefined && recorded !== undefined)
      steps.push({ check: 'dump level', passed: level === recorded, detail: `-d ${level} in the log, ${recorded} in the header` });
    if (runs > 1) steps.push({ check: 'runs in the log', detail: `${runs}: the last one is used` });
    const wrong = steps.find((step) => step.passed === false);
    if (wrong !== undefined) return failed(`${name}: ${wrong.check}: ${wrong.detail}`, { steps });
    const words = steps.map(({ detail }) => detail).join('; ');
    // That a saving ended well, or did not, is true of many dumps: only what the log says of the contents shows that it is of this one.
    const isOfThisDump = steps.some((step) => step.check !== endOfSaving && step.passed === true);
    if (isOfThisDump) return passed(`${name}: ${words}`, { steps });
    return { ...notRecorded(`${name} has no number of pages or dump level that agrees with this dump, so it may be the log of another one: ${words}`), steps };
  },
};
