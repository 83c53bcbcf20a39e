/** What a support centre adds to its reports: a logo, colours, whom to ask, fixed paragraphs. Read from a folder with `template.json`. */
import * as v from 'valibot';

const colour = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'a colour is # and six hexadecimal digits, such as #1f5fd0'));
const line = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most), v.regex(/^[^\n\r]*$/, 'it is one line'));
const paragraphs = v.pipe(v.array(line(2000)), v.maxLength(20));

const words = {
  /** Whose report it is: a line above the title. */
  name: v.optional(line(100)),
  /** Of headings' lines and links, on paper too. */
  colours: v.optional(v.strictObject({ accent: v.optional(colour), heading: v.optional(colour) })),
  /** Whom to ask: at the end of the first page. */
  contact: v.optional(line(300)),
  /** Before and after everything else. */
  opening: v.optional(paragraphs),
  closing: v.optional(paragraphs),
} as const;

/** `template.json` */
export const templateFileSchema = v.strictObject({
  schema: v.literal(1),
  ...words,
  /** A file of the same folder. */
  logo: v.optional(v.pipe(v.string(), v.regex(/^[\w-][\w. -]*\.(?:svg|png)$/, 'it names an .svg or .png file in the same folder'))),
});

export const reportTemplateSchema = v.strictObject({
  ...words,
  /** A data URI. */
  logo: v.optional(v.pipe(v.string(), v.maxLength(400_000), v.regex(/^data:image\/(?:png|svg\+xml);base64,[A-Za-z0-9+/]+=*$/))),
});
export type ReportTemplate = v.InferOutput<typeof reportTemplateSchema>;
