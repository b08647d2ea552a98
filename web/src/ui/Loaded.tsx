import { useCallback, useEffect, useState, type ReactNode } from "react";
import { useErrorText, useText } from "../i18n";
import { Button } from "./Button";
import { DeadEnd } from "./DeadEnd";
import { Loading } from "./Loading";
import { Notice } from "./Notice";
import { Page, PageTitle } from "./Page";

export type Loaded<Thing> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly thing: Thing }
  | { readonly state: "none" }
  | { readonly state: "failed"; readonly error: unknown };

export interface Access<Thing> {
  readonly loaded: Loaded<Thing>;
  readonly reload: () => void;
  /** Takes over what the server answered to a change. */
  readonly settle: (thing: Thing) => void;
}

async function load<Thing>(find: () => Promise<Thing | null>): Promise<Loaded<Thing>> {
  try {
    const thing = await find();
    return thing === null ? { state: "none" } : { state: "ready", thing };
  } catch (error) {
    return { state: "failed", error };
  }
}

/** Loads what `find` finds (null: there is none), and again when another function is given. */
export function useLoaded<Thing>(find: () => Promise<Thing | null>): Access<Thing> {
  const [loaded, setLoaded] = useState<Loaded<Thing>>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    void load(find).then((found) => {
      // An answer that another question has overtaken is not shown.
      if (isWanted) setLoaded(found);
    });
    return () => {
      isWanted = false;
    };
  }, [find, attempt]);
  const reload = useCallback(() => setAttempt((before) => before + 1), []);
  const settle = useCallback((thing: Thing) => setLoaded({ state: "ready", thing }), []);
  return { loaded, reload, settle };
}

export interface LoadedPageProps<Thing> {
  access: Access<Thing>;
  /** The page's title until what it is about has come. */
  title: string;
  /** What is said when there is none. */
  none: { readonly title: string; readonly lead: string };
  children: (thing: Thing) => ReactNode;
}

/** A page about one thing: until it has come, when there is none, and when it could not be had. */
export function LoadedPage<Thing>({ access, title, none, children }: LoadedPageProps<Thing>) {
  const text = useText();
  const errorText = useErrorText();
  const { loaded, reload } = access;
  switch (loaded.state) {
    case "ready":
      return children(loaded.thing);
    case "none":
      return <DeadEnd {...none} />;
    case "failed":
      return (
        <Page title={title} width="narrow">
          <PageTitle>{title}</PageTitle>
          <Notice kind="trouble">
            <p>{errorText(loaded.error)}</p>
            <Button onPress={reload}>{text("frame.tryAgain")}</Button>
          </Notice>
        </Page>
      );
    case "loading":
      return (
        <Page title={title} width="narrow">
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}
