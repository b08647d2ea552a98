import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox } from "react-aria-components/Checkbox";
import styles from "./Checkbox.module.css";
import { Icon } from "./Icon";

export interface CheckboxProps {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  children: ReactNode;
  /** Says it whole where the words beside the box stand in every row. */
  "aria-label"?: string;
}

/** One of several that may be ticked; the words beside the box tick it too. */
export function Checkbox({ isChecked, onChange, children, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox {...rest} className={styles.checkbox} isSelected={isChecked} onChange={onChange}>
      <span className={styles.box} aria-hidden>
        {isChecked && <Icon of={Check} size={18} />}
      </span>
      <span className={styles.words}>{children}</span>
    </AriaCheckbox>
  );
}
