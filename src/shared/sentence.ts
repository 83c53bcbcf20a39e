/** A phrase as a sentence: a detail of a check after its headline. */
export const sentence = (text: string): string => {
  const trimmed = text.trim();
  // Names such as vmcoreinfo and os_info keep their own spelling at the start of a sentence.
  const capital = /^(a|all|an|both|it|no|of|one|the|there)\b/.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
};
