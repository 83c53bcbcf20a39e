/**
 * The reference page of all structures, written from their tables so that it cannot differ from what the parsers do:
 * `node scripts/reference.ts` (Node 24) writes resources/reference/layouts.md.
 */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderReference } from '../src/analysis/layout/render.ts';
import type { AnyField, Fields, StructLayout } from '../src/analysis/layout/struct.ts';
import { noteTypes } from '../src/analysis/notes/index.ts';
import { architectureNames } from '../src/analysis/arch/architecture-name.ts';
import { architectures } from '../src/analysis/arch/index.ts';
import { lowcoreKernels } from '../src/analysis/arch/s390x/lowcore/fields.ts';
import { lowcoreLayout } from '../src/analysis/arch/s390x/lowcore/layouts.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const referencePath = join(root, 'resources', 'reference', 'layouts.md');

type Layout = StructLayout<Fields>;

const isLayout = (value: unknown): value is Layout =>
  typeof value === 'object' && value !== null && 'fields' in value && 'endian' in value && 'size' in value && 'name' in value;

/** The layouts in an export: itself, or the members of a list or table of layouts. */
function layoutsIn(value: unknown): Layout[] {
  if (isLayout(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).filter(isLayout) : [];
}

function* within(layout: Layout): Generator<Layout> {
  yield layout;
  const inField = function* (field: AnyField): Generator<Layout> {
    if (field.kind === 'nested') yield* within(field.layout);
    if (field.kind === 'list') yield* inField(field.element);
  };
  for (const field of Object.values(layout.fields)) yield* inField(field);
}

export interface ReferenceChapter {
  readonly title: string;
  readonly layouts: readonly Layout[];
}

/** Every exported layout of a folder, and what they are made of, in the order of files and of the exports' names. */
async function chapter(title: string, folder: string, seen: Set<Layout>, more: readonly Layout[] = []): Promise<ReferenceChapter> {
  const layouts: Layout[] = [];
  const add = (found: readonly Layout[]): void => {
    for (const layout of found.flatMap((one) => [...within(one)])) {
      if (seen.has(layout)) continue;
      seen.add(layout);
      layouts.push(layout);
    }
  };
  for (const file of globSync(`${folder}/**/*.ts`, { cwd: join(root, 'src', 'analysis') }).sort()) {
    const exported = (await import(/* @vite-ignore */ pathToFileURL(join(root, 'src', 'analysis', file)).href)) as Record<string, unknown>;
    // The order of exports differs between Node and vitest, the order of names does not.
    const names = Object.keys(exported).sort();
    add(names.flatMap((name) => layoutsIn(exported[name])));
  }
  add(more);
  return { title, layouts };
}

async function allChapters(): Promise<readonly ReferenceChapter[]> {
  const seen = new Set<Layout>();
  const ofTypes = noteTypes.flatMap((type) => architectureNames.flatMap((architecture) => type.layout?.(architecture) ?? []));
  const notes = [...ofTypes, ...architectureNames.flatMap((architecture) => architectures[architecture].notes.narrowPrstatus ?? [])];
  return [
    await chapter('Dump formats', 'formats', seen),
    await chapter('Disks', 'disk', seen),
    await chapter('ELF notes', 'notes', seen, notes),
    await chapter('s390x', 'arch/s390x', seen, lowcoreKernels.map(lowcoreLayout)),
    await chapter('Kernel', 'kernel', seen),
  ];
}

export const referenceChapters = await allChapters();

/** All structures that the parsers know. */
export const referencedLayouts = referenceChapters.flatMap(({ layouts }) => layouts);

export function referencePage(): string {
  const chapters = referenceChapters.flatMap(({ title, layouts }) => [`# ${title}`, '', ...layouts.map(renderReference)]);
  return ['<!-- Written by scripts/reference.ts from the tables in src/analysis. -->', '', ...chapters].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(referencePath), { recursive: true });
  writeFileSync(referencePath, referencePage());
}
