/** The licences that the build wrote next to the page (scripts/licences.mjs). */
import * as v from 'valibot';

export const licencesSchema = v.array(v.strictObject({ name: v.string(), version: v.string(), licence: v.string(), text: v.pipe(v.string(), v.minLength(1)) }));
export type Licence = v.InferOutput<typeof licencesSchema>[number];

/** @throws Error if the file is missing or is not the expected one */
export async function loadLicences(): Promise<readonly Licence[]> {
  const answer = await fetch('licences.json');
  if (!answer.ok) throw new Error('the licence texts are missing: the window was not built completely');
  return v.parse(licencesSchema, await answer.json());
}
