import { Choice } from "./Choice";
import { Select } from "./Select";

/** Words longer than these, together, do not stand side by side. */
const SIDE_BY_SIDE_CHARACTERS = 26;

export interface RuleFieldProps {
  label: string;
  hint: string;
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
  lockedBecause: string | null;
}

/** One setting out of a few values: side by side while the words are short, else as a list. */
export function RuleField({ label, hint, value, options, onChange, lockedBecause }: RuleFieldProps) {
  const length = options.reduce((sum, option) => sum + option.label.length, 0);
  if (options.length <= 3 && length <= SIDE_BY_SIDE_CHARACTERS) {
    const choice = { label, hint, value, options, onChange, lockedBecause };
    return <Choice {...choice} />;
  }
  return (
    <Select
      label={label}
      hint={lockedBecause ?? hint}
      value={value}
      onChange={onChange}
      options={options}
      isDisabled={lockedBecause !== null}
    />
  );
}
