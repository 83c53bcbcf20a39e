// The default app of the Electron that is put together from the npm registry. It does the part of Electron's own
// default app (electron/default_app/main.ts) that `electron -r FILE APPFOLDER` needs, and nothing else.
// Everything here is awaited at the top level: Electron holds `ready` back until this module is through.
import { app } from 'electron';
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/**
 * What Electron keeps for its default app and leaves out of its types, as Node does with _preloadModules.
 * @type {{ setAppPath(folder: string): void, setVersion(version: string): void }}
 */
const host = /** @type {any} */ (app);

/** The modules to load first and the application, from `electron [-r FILE]... [switches] APP [its arguments]`. */
function readArguments() {
  const modules = [];
  let isModule = false;
  for (const arg of process.argv.slice(1)) {
    if (isModule) modules.push(arg);
    else if (!arg.startsWith('-')) return { modules, application: arg };
    isModule = !isModule && (arg === '-r' || arg === '--require');
  }
  return { modules, application: undefined };
}

/** Tells Electron who the application is, as a packaged one does with its own package.json. */
function introduce(/** @type {string} */ folder) {
  const file = path.join(folder, 'package.json');
  if (!fs.existsSync(file)) return;
  const about = JSON.parse(fs.readFileSync(file, 'utf8'));
  host.setAppPath(folder);
  if (about.version) host.setVersion(about.version);
  app.setName(about.productName ?? about.name ?? app.getName());
  app.setDesktopName?.(about.desktopName ?? `${app.getName()}.desktop`);
}

const { modules, application } = readArguments();
if (modules.length > 0) /** @type {any} */ (Module)._preloadModules(modules);

if (application === undefined) {
  console.error('Usage: electron [-r FILE] APPFOLDER');
  app.exit(2);
} else {
  const folder = path.resolve(application);
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  try {
    introduce(folder);
    // require.resolve finds the main of a folder the way Node does; import() then takes ES modules and CommonJS alike.
    const main = createRequire(path.join(folder, 'package.json')).resolve(folder);
    if (!fs.existsSync(path.join(folder, 'package.json'))) host.setAppPath(path.dirname(main));
    await import(pathToFileURL(main).href);
  } catch (error) {
    console.error(`${folder} did not start:`, error);
    app.exit(1);
  }
}
