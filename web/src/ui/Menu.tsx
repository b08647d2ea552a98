import { Check, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Header } from "react-aria-components/Header";
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  MenuTrigger,
} from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { classes } from "./classes";
import { Icon } from "./Icon";
import styles from "./Menu.module.css";

export interface MenuProps {
  label: string;
  /** The button that opens it. */
  trigger: ReactNode;
  /** Sentences above the acts. */
  head?: ReactNode;
  children: ReactNode;
}

/** Acts behind a button; arrows walk, Escape closes, focus returns to the button. */
export function Menu({ label, trigger, head, children }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover} placement="bottom end" offset={6}>
        {head}
        <AriaMenu aria-label={label} className={styles.menu}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  isDanger?: boolean;
  /** A few words more, under the name. */
  hint?: string;
  onAction: () => void;
  children: string;
}

export function MenuItem({ icon, isDanger, hint, onAction, children }: MenuItemProps) {
  return (
    <AriaMenuItem
      onAction={onAction}
      textValue={children}
      className={classes(styles.item, isDanger && styles.danger)}
    >
      {icon !== undefined && <Icon of={icon} />}
      <span className={styles.words}>
        {children}
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </span>
    </AriaMenuItem>
  );
}

export interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { readonly value: Value; readonly label: string; readonly lang?: string }[];
  onChoose: (value: Value) => void;
}

/** One of a few, inside a menu. */
export function MenuChoice<Value extends string>({
  label,
  value,
  options,
  onChoose,
}: MenuChoiceProps<Value>) {
  return (
    <AriaMenuSection
      className={styles.section}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys !== "all" && keys.has(option.value));
        if (chosen !== undefined && chosen.value !== value) onChoose(chosen.value);
      }}
    >
      <Header className={styles.head}>{label}</Header>
      {options.map((option) => (
        <AriaMenuItem
          key={option.value}
          id={option.value}
          textValue={option.label}
          className={styles.item}
          lang={option.lang}
        >
          <span className={styles.words}>{option.label}</span>
          {option.value === value && <Icon of={Check} size={18} />}
        </AriaMenuItem>
      ))}
    </AriaMenuSection>
  );
}
