import { useEffect, useState } from 'react';
import { dropFiles } from '../state/dropped-files.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import './drop-overlay.css';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/**
 * Files dropped anywhere are opened, or attached to the dump in front if they supplement it. The browser's own handling is prevented: a dropped file
 * would replace the page.
 */
export function DropOverlay() {
  const workbench = useWorkbench();
  const { shell, notice } = workbench;
  const target = useCurrentDump();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = carriesFiles(event) ? 'copy' : 'none';
      setOver(carriesFiles(event));
    };
    const onLeave = (event: DragEvent): void => {
      // No related target means that the pointer left the window.
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const paths = [...(event.dataTransfer?.files ?? [])].map((file) => shell.pathOf(file)).filter((path) => path !== '');
      if (paths.length > 0) void dropFiles(workbench, paths);
      else if (carriesFiles(event)) notice.set({ tone: 'bad', text: 'What you dropped is not a file on disk.' });
    };
    window.addEventListener('dragenter', onOver);
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onOver);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [workbench, shell, notice]);
  if (!over) return null;
  return (
    <div className="drop-overlay" data-testid="drop-overlay">
      <div className="drop-overlay-words">
        <Icon name="desktop-download" />{' '}
        {target?.phase.kind === 'open' ? (
          <span>
            Drop dumps to open them; a vmlinux, System.map, vmcoreinfo or log is attached to <Hostile text={target.name} />
          </span>
        ) : (
          'Drop to open'
        )}
      </div>
    </div>
  );
}
