/** Text in an SVG drawing: nothing in it is markup, and nothing can hide or reorder what the reader sees. */
import { visibleLine } from './visible-text.ts';

export const svgText = (text: string): string =>
  visibleLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** @param id unlike that of any other element of the page @param text says in words what is drawn */
export const svgDrawing = (id: string, name: string, [width, height]: readonly [number, number], title: string, text: string, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" class="${name}" role="img" aria-labelledby="${id}-title ${id}-text" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-size="11">` +
  `<title id="${id}-title">${svgText(title)}</title><desc id="${id}-text">${svgText(text)}</desc>${body}</svg>`;
