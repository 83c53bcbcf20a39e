import { visibleText } from '../../../shared/visible-text.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { labelText, type DumpLabel } from '../../words/dump-label.ts';

/** The dump of a tab, with the folder that distinguishes it from another one of the same name. */
export function TabDump({ label }: { readonly label: DumpLabel }) {
  return (
    <span className="tab-dump cut" title={visibleText(labelText(label))}>
      <Hostile text={label.name} />
      {label.folder === undefined ? null : (
        <span className="tab-folder">
          {' '}
          <Hostile text={`(${label.folder})`} />
        </span>
      )}
    </span>
  );
}
