/** Strict readers of the report formats that need one: what they refuse, somebody's tool refuses. */
import * as v from 'valibot';

/** Elements and attributes of a document in their order; throws when it is not well-formed (XML 1.0 without DTD). */
export function parseXml(document: string): { readonly elements: readonly string[]; readonly attributes: readonly Readonly<Record<string, string>>[] } {
  const elements: string[] = [];
  const attributes: Record<string, string>[] = [];
  const open: string[] = [];
  let rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const text = (value: string): void => {
    if (/[<>\ufffe\uffff]|\p{Cs}/u.test(value) || Array.from(value).some((mark) => mark < ' ' && !'\t\n\r'.includes(mark)))
      throw new Error(`forbidden character in ${JSON.stringify(value.slice(0, 80))}`);
    for (const [reference] of value.matchAll(/&[^;]*;?/g))
      if (!/^&(amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);$/i.test(reference)) throw new Error(`unknown reference ${reference}`);
  };
  while (rest !== '') {
    const next = rest.indexOf('<');
    text(next === -1 ? rest : rest.slice(0, next));
    if (next === -1) break;
    rest = rest.slice(next);
    const tag = /^<(\/?)([a-z-]+)((?: [a-z]+="[^"]*")*)(\/?)>/.exec(rest);
    if (tag === null) throw new Error(`not a tag: ${rest.slice(0, 80)}`);
    const [whole, closing = '', name = '', list = '', empty = ''] = tag;
    if (closing !== '') {
      if (open.pop() !== name) throw new Error(`${name} is closed, but not open`);
    } else {
      elements.push(name);
      attributes.push(
        Object.fromEntries(
          [...list.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => {
            text(value);
            return [key, value];
          }),
        ),
      );
      if (empty === '') open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  if (open.length > 0 || elements.length === 0) throw new Error(`${open.join(', ')} has no end`);
  return { elements, attributes };
}

/** Rows of RFC 4180: CRLF at each end, quotes doubled within quotes and nowhere else. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  if (!text.endsWith('\r\n')) throw new Error('the last line has no end');
  return text
    .slice(0, -2)
    .split('\r\n')
    .map((line) => {
      if (!/^(?:[^",]*|"(?:[^"]|"")*")(?:,(?:[^",]*|"(?:[^"]|"")*"))*$/.test(line)) throw new Error(`not a row: ${line.slice(0, 80)}`);
      return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
    });
}

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const message = v.strictObject({ text: v.pipe(v.string()) });
const location = v.strictObject({
  physicalLocation: v.union([
    v.strictObject({ artifactLocation: v.strictObject({ uri: v.string(), index }), region: v.strictObject({ byteOffset: index, byteLength: index }) }),
    v.strictObject({
      artifactLocation: v.strictObject({ uri: v.string(), index }),
      address: v.strictObject({ absoluteAddress: v.optional(index), length: v.optional(index), kind: v.string(), fullyQualifiedName: v.string() }),
    }),
  ]),
  message,
});
const result = v.pipe(
  v.strictObject({
    ruleId: v.pipe(v.string(), v.minLength(1)),
    ruleIndex: v.optional(index),
    kind: v.picklist(['pass', 'open', 'informational', 'notApplicable', 'review', 'fail']),
    level: v.picklist(['none', 'note', 'warning', 'error']),
    message,
    locations: v.optional(v.array(location)),
    properties: v.looseObject({}),
  }),
  v.check((one) => one.kind === 'fail' || one.level === 'none', 'a level needs the kind fail (section 3.27.10)'),
);
/** The parts of SARIF 2.1.0 that we write, with what the standard requires of them. */
const sarif = v.strictObject({
  $schema: v.pipe(v.string(), v.url()),
  version: v.literal('2.1.0'),
  runs: v.tuple([
    v.strictObject({
      tool: v.strictObject({
        driver: v.strictObject({
          name: v.string(),
          version: v.string(),
          rules: v.array(
            v.strictObject({
              id: v.string(),
              shortDescription: message,
              defaultConfiguration: v.strictObject({ level: v.picklist(['none', 'note', 'warning', 'error']) }),
            }),
          ),
        }),
      }),
      artifacts: v.array(
        v.strictObject({
          location: v.strictObject({ uri: v.pipe(v.string(), v.regex(/^[\w.~!*'()%-]*$/)) }),
          length: index,
          roles: v.array(v.literal('analysisTarget')),
          hashes: v.optional(v.strictObject({ 'sha-256': v.string() })),
        }),
      ),
      columnKind: v.literal('utf16CodeUnits'),
      results: v.array(result),
      properties: v.looseObject({}),
    }),
  ]),
});

/** What is wrong with a SARIF log; empty when nothing is. */
export function wrongSarif(text: string): readonly string[] {
  const parsed = v.safeParse(sarif, JSON.parse(text));
  if (!parsed.success) return parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
  const [run] = parsed.output.runs;
  const { rules } = run.tool.driver;
  return run.results.flatMap(({ ruleId, ruleIndex }) =>
    ruleIndex === undefined || rules[ruleIndex]?.id === ruleId.split('/')[0] ? [] : [`${ruleId} names another rule by its index`],
  );
}
