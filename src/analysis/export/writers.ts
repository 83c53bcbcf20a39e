/** The registry of export formats. */
import type { ExportFormat } from '../../shared/export-model.ts';
import { elfWriter } from './elf-writer.ts';
import type { ExportWriter } from './export-writer.ts';
import { kdumpWriter } from './kdump-writer.ts';
import { rawWriter } from './raw-writer.ts';

export const exportWriters: Readonly<Record<ExportFormat, ExportWriter>> = { elf: elfWriter, kdump: kdumpWriter, raw: rawWriter };
