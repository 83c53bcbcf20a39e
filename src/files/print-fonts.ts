/** Fonts of a page that is printed: inside of it, so that it looks the same on every machine and asks for nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As @fontsource names them; bundled names end with a digest. */
const fontFile = /^ibm-plex-(sans|mono)-latin-(400|500|600)-normal(?:-[\w-]+)?\.woff2$/;
const families = { sans: 'IBM Plex Sans', mono: 'IBM Plex Mono' } as const;
const wanted: ReadonlySet<string> = new Set(['sans 400', 'sans 500', 'sans 600', 'mono 400', 'mono 600']);

function faces(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const [, family = '', weight = ''] = fontFile.exec(name) ?? [];
    if (!wanted.has(`${family} ${weight}`)) return [];
    const data = readFileSync(join(folder, name)).toString('base64');
    return [
      `@font-face{font-family:"${families[family as keyof typeof families]}";font-weight:${weight};src:url(data:font/woff2;base64,${data}) format("woff2")}`,
    ];
  });
}

/** The policy that our pages begin with (src/analysis/report/html.ts): it allows no font. */
const policy = /content="default-src 'none'; style-src 'unsafe-inline'/;

/** @param folders in which fonts lie; without any the page keeps those of the machine */
export function withPrintFonts(html: string, folders: readonly string[]): string {
  const rules = folders.flatMap(faces);
  if (rules.length === 0 || html.includes('@font-face{')) return html;
  return html.replace(policy, (own) => `${own}; font-src data:`).replace('<style>', `<style>${rules.join('')}`);
}
