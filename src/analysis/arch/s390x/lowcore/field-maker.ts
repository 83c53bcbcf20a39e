/** What makes a field of the lowcore table. */
import type { AnyField } from '../../../layout/struct.ts';

/** Makes the field at its offset. */
export type FieldMaker = (offset: number, doc: string) => AnyField;
