import {
  createContext,
  useContext,
  useEffect,
  useRef,
  type ComponentPropsWithoutRef,
  type MouseEvent,
  type ReactNode,
} from "react";
import { classes } from "./classes";
import styles from "./Page.module.css";

export interface PageFrameParts {
  readonly header: ReactNode;
  readonly footer: ReactNode;
  readonly skipLabel: string;
  /** The product's name, said after the page's title. */
  readonly product: string;
}

const Frame = createContext<PageFrameParts | null>(null);

/** Gives every page under it the same head and foot. */
export function PageFrame({ children, ...parts }: PageFrameParts & { children: ReactNode }) {
  return <Frame value={parts}>{children}</Frame>;
}

export interface PageProps {
  /** What the browser's tab says. */
  title: string;
  width?: "wide" | "regular" | "narrow";
  /** In the middle of the height, where the screen is tall enough. */
  isCentred?: boolean;
  className?: string;
  children: ReactNode;
}

/** Sets the title of the tab while it is shown. */
export function usePageTitle(title: string): void {
  const product = useContext(Frame)?.product ?? "";
  useEffect(() => {
    document.title = title === "" || title === product ? product : `${title} · ${product}`;
  }, [title, product]);
}

/** A page: skip link, header, one main landmark, footer. */
export function Page({ title, width = "regular", isCentred, className, children }: PageProps) {
  const frame = useContext(Frame);
  const main = useRef<HTMLElement>(null);
  usePageTitle(title);
  // The fragment of the address may be the secret of a link: it stays what it is.
  function skip(event: MouseEvent) {
    event.preventDefault();
    main.current?.focus();
  }
  return (
    <div className={styles.page}>
      <a className={styles.skip} href="#main" onClick={skip}>
        {frame?.skipLabel}
      </a>
      <header className={styles.header}>{frame?.header}</header>
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        className={classes(styles.main, styles[width], isCentred && styles.centred, className)}
      >
        {children}
      </main>
      <footer className={styles.footer}>{frame?.footer}</footer>
    </div>
  );
}

/** The first page of a visit leaves the focus to the browser; every later one takes it to its heading. */
let hasArrived = false;

/** The heading of a page. It takes the focus when it appears after a move, so that the page is read aloud. */
export function PageTitle(props: ComponentPropsWithoutRef<"h1">) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasArrived) heading.current?.focus();
    hasArrived = true;
  }, []);
  return (
    <h1 {...props} ref={heading} tabIndex={-1}>
      {props.children}
    </h1>
  );
}

/** A heading with what belongs to it, where the page spaces its parts wider than that. */
export function PageHead({ children }: { children: ReactNode }) {
  return <div className={styles.head}>{children}</div>;
}

/** The sentence under the heading. */
export function Lead({ className, ...rest }: ComponentPropsWithoutRef<"p">) {
  return <p {...rest} className={classes(styles.lead, className)} />;
}
