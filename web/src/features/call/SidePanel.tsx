import { X } from "lucide-react";
import { useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import styles from "./SidePanel.module.css";

export interface SidePanelProps {
  title: string;
  onClose: () => void;
  /** Beside the title. */
  tools?: ReactNode;
  /** Keys pressed within, before Escape is looked at. */
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void;
  /** Under the scrolling part, always in view. */
  foot?: ReactNode;
  children: ReactNode;
}

/** Beside the stage, or over it where there is no room. Focus comes in when it opens and goes back when it closes. */
export function SidePanel({ title, onClose, tools, onKeyDown, foot, children }: SidePanelProps) {
  const text = useText();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);

  // Before the effects of what stands in the panel, which may move the focus on.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    heading.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    // Escape is a second way out for the keyboard; the button is there for everybody.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className={styles.panel}
      data-panel
      aria-labelledby={id}
      onKeyDown={(event) => {
        onKeyDown?.(event);
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <header className={styles.header}>
        <h2 id={id} ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h2>
        {tools}
        <Button kind="quiet" isSquare aria-label={text("call.close")} onPress={onClose}>
          <Icon of={X} />
        </Button>
      </header>
      <div className={styles.body}>{children}</div>
      {foot}
    </section>
  );
}
