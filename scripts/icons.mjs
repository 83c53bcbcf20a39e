// Makes the icon files from resources/icons/icon.svg. Run it after a change of the drawing and commit what it writes.
// It needs rsvg-convert and optipng (Debian: librsvg2-bin, optipng).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../resources/icons/', import.meta.url));
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const pngPath = (/** @type {number} */ size) => path.join(folder, `${size}x${size}.png`);
const png = (/** @type {number} */ size) => fs.readFileSync(pngPath(size));

for (const size of sizes) {
  const dimensions = ['--width', String(size), '--height', String(size)];
  execFileSync('rsvg-convert', [...dimensions, '--output', pngPath(size), path.join(folder, 'icon.svg')]);
  // -nx keeps true colour with alpha, which Windows wants inside an .ico.
  execFileSync('optipng', ['-quiet', '-o5', '-nx', '-strip', 'all', pngPath(size)]);
}

/** Windows: ICONDIR and one ICONDIRENTRY each, followed by the PNGs; a size of 256 is written as 0. */
function ico(/** @type {number[]} */ chosen) {
  const header = Buffer.alloc(6 + 16 * chosen.length);
  header.writeUInt16LE(1, 2); // type: icon
  header.writeUInt16LE(chosen.length, 4);
  let offset = header.length;
  chosen.forEach((size, i) => {
    const entry = 6 + 16 * i;
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4); // colour planes
    header.writeUInt16LE(32, entry + 6); // bits per pixel
    header.writeUInt32LE(png(size).length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png(size).length;
  });
  return Buffer.concat([header, ...chosen.map(png)]);
}

/** macOS: "icns", the file's length, then type, length and PNG of each icon; lengths include their own headers. */
function icns(/** @type {[type: string, size: number][]} */ chosen) {
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ content) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(head.length + content.length, 4);
    return Buffer.concat([head, content]);
  };
  return chunk('icns', Buffer.concat(chosen.map(([type, size]) => chunk(type, png(size)))));
}

fs.writeFileSync(path.join(folder, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256]));
fs.writeFileSync(
  path.join(folder, 'icon.icns'),
  // ic11 to ic14 are the doubled 16, 32, 128 and 256; ic10 is the doubled 512.
  icns([
    ['icp4', 16],
    ['icp5', 32],
    ['icp6', 64],
    ['ic07', 128],
    ['ic08', 256],
    ['ic09', 512],
    ['ic11', 32],
    ['ic12', 64],
    ['ic13', 256],
    ['ic14', 512],
    ['ic10', 1024],
  ]),
);
