/** The renderer is served by app://dumpbench/ from the bundle's folder, with the content security policy in the header. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { protocol } from 'electron';

export const appOrigin = 'app://dumpbench';
const scheme = 'app';
const folder = fileURLToPath(new URL('../renderer/', import.meta.url));

/** Monaco needs inline styles; everything else may only use the page's own origin. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } }]);
}

/** The file of the bundle that a URL names, or undefined if the URL leaves the folder. */
function bundleFile(url: string): string | undefined {
  const { origin, host, pathname } = new URL(url);
  if (host !== 'dumpbench' && origin !== appOrigin) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const path = normalize(join(folder, name === '/' ? 'index.html' : name));
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? path : undefined;
}

/** Pages to be printed, by path: each is served to its own window while it is being printed. */
const pages = new Map<string, string>();
let nextPage = 1;

/** Serves a page without script until it is released. */
export function servePage(html: string): { readonly url: string; readonly release: () => void } {
  const path = `/print/${nextPage++}`;
  pages.set(path, html);
  return {
    url: `${appOrigin}${path}`,
    release() {
      pages.delete(path);
    },
  };
}

export function serveApp(): void {
  protocol.handle(scheme, async (request) => {
    const page = pages.get(new URL(request.url).pathname);
    if (page !== undefined)
      return new Response(page, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:",
          'x-content-type-options': 'nosniff',
        },
      });
    const path = bundleFile(request.url);
    const type = path === undefined ? undefined : mediaTypes[extname(path)];
    if (path === undefined || type === undefined) return new Response('not found', { status: 404 });
    try {
      const body = await readFile(path);
      return new Response(new Uint8Array(body), {
        headers: { 'content-type': type, 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff' },
      });
    } catch {
      return new Response('not found', { status: 404 });
    }
  });
}
