/** A codicon. It is decorative: its meaning is next to it as text, or in the label of its button. */
export function Icon({ name, spin = false, className = '' }: { readonly name: string; readonly spin?: boolean; readonly className?: string }) {
  return <span aria-hidden="true" className={`icon codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''} ${className}`} />;
}
