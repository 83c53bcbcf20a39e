/** Several dumps in one file, an archive or a disk: what each is named by after `FILE!`, for a person to choose from (docs/contract.md). */
import * as v from 'valibot';

const dumpChoiceSchema = v.strictObject({
  /** What follows the `!`: the number of a partition, the path of a member. */
  member: v.string(),
  /** What it is: "s390 stand-alone dump (extended)". */
  title: v.string(),
  /** What the disk or archive calls it besides: the name of a partition, of a data set. */
  name: v.optional(v.string()),
  bytes: v.number(),
});
export type DumpChoice = v.InferOutput<typeof dumpChoiceSchema>;

export const severalDumpsSchema = v.strictObject({
  /** What holds them: "a disk with a GPT", "a tar archive". */
  holder: v.string(),
  choices: v.array(dumpChoiceSchema),
});
export type SeveralDumpsJson = v.InferOutput<typeof severalDumpsSchema>;

/** Names that a sentence lists; the document has all. */
const most = 8;

/** "1 (PART0001, s390 stand-alone dump), 2 (…)". */
export function choicesText(choices: readonly DumpChoice[]): string {
  const texts = choices.slice(0, most).map(({ member, name, title }) => `${member} (${name === undefined ? '' : `${name}, `}${title})`);
  return texts.join(', ') + (choices.length > most ? `, and ${choices.length - most} more` : '');
}
