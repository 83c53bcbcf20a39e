/** Native menu. Items that act on dumps send the id of a renderer action, which has the same name in the palette. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { attachmentKinds, attachmentTitles } from '../shared/attachment.ts';
import { themes } from '../shared/shell-protocol.ts';
import type { Settings } from './settings.ts';
import type { MainWindow } from './window.ts';

const themeTitles = { system: 'System', light: 'Light', dark: 'Dark', contrast: 'High contrast' } as const;

const accelerated = (accelerator: string | undefined): MenuItemConstructorOptions =>
  accelerator === undefined || accelerator === '' ? {} : { accelerator, registerAccelerator: false };

export function installMenu(window: MainWindow, settings: Settings): void {
  const command = (label: string, id: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    // The page handles the key itself; the menu shows it.
    ...accelerated(settings.keys()[id]?.replace('Ctrl', 'CmdOrCtrl') ?? accelerator),
    click: () => {
      window.send({ event: 'action', action: id });
    },
  });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        command('Open…', 'file.open', 'CmdOrCtrl+O'),
        command('Open a recent dump…', 'file.openRecent', 'CmdOrCtrl+R'),
        command('Open the dumps in a folder…', 'file.openFolder'),
        command('Open with volumes or view…', 'file.openWith', 'CmdOrCtrl+Shift+O'),
        command('Open the samples', 'file.samples'),
        {
          label: 'Attach to the dump',
          submenu: [
            ...attachmentKinds.map((kind) => command(`${attachmentTitles[kind]}…`, `dump.attach.${kind}`)),
            { type: 'separator' },
            command('Detach all', 'dump.detach'),
          ],
        },
        command('Export the memory…', 'dump.exportMemory'),
        command('Close tab', 'tab.close', 'CmdOrCtrl+W'),
        command('Reopen closed tab', 'tab.reopen', 'CmdOrCtrl+Shift+T'),
        command('Close dump', 'file.close', 'CmdOrCtrl+Shift+W'),
        { type: 'separator' },
        command('Settings', 'view.settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        command('Import a session…', 'session.import'),
        command('Export the session…', 'session.export'),
        { type: 'separator' },
        { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        command('Command palette…', 'app.palette', 'CmdOrCtrl+Shift+P'),
        command('Go to address…', 'app.goTo', 'CmdOrCtrl+G'),
        { type: 'separator' },
        {
          label: 'Theme',
          submenu: themes.map((theme) => ({ ...command(themeTitles[theme], `theme.${theme}`), type: 'radio', checked: settings.theme() === theme })),
        },
        command('Zoom in', 'zoom.in', 'CmdOrCtrl+='),
        command('Zoom out', 'zoom.out', 'CmdOrCtrl+-'),
        command('200 %', 'zoom.double'),
        command('Actual size', 'zoom.reset', 'CmdOrCtrl+0'),
        { type: 'separator' },
        command('Split right', 'pane.split.right', 'CmdOrCtrl+\\'),
        command('Layout: triage', 'layout.triage'),
        command('Layout: compare', 'layout.compare'),
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: '&Help',
      submenu: [command('Keyboard shortcuts', 'app.shortcuts', 'F1'), { type: 'separator' }, command('About Dumpbench and licences', 'app.about')],
    },
    // Electron's own window menu would close the window with Ctrl+W, which closes a tab here.
    { label: '&Window', submenu: [{ role: 'minimize' }, { role: 'zoom' }, ...(process.platform === 'darwin' ? [{ role: 'front' } as const] : [])] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
