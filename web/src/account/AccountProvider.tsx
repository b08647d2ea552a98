import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { api, type Account, type Visitor } from "../api";

/** Who is signed in, as far as this page knows. */
export type SignIn =
  | { readonly state: "asking" }
  | { readonly state: "signed-in"; readonly account: Account }
  | { readonly state: "signed-out" }
  | { readonly state: "failed"; readonly error: unknown };

interface AccountAccess {
  readonly signIn: SignIn;
  /** Reports nobody has looked into; 0 for those who may not see them. */
  readonly openCases: number;
  /** Something was done that the server has counted: ask what is new, and keep what is known if it does not answer. */
  readonly refresh: () => void;
  /** Ask the server again. */
  readonly askAgain: () => void;
  /** Take over what the server answered to a sign-in or a change; null after signing out. */
  readonly settle: (account: Account | null) => void;
}

const Access = createContext<AccountAccess | null>(null);

function signInOf(account: Account | null): SignIn {
  return account === null ? { state: "signed-out" } : { state: "signed-in", account };
}

export function AccountProvider({ children }: { children: ReactNode }) {
  const [signIn, setSignIn] = useState<SignIn>({ state: "asking" });
  const [openCases, setOpenCases] = useState(0);

  const know = useCallback((visitor: Visitor) => {
    setSignIn(signInOf(visitor.account));
    setOpenCases(visitor.open_cases ?? 0);
  }, []);

  useEffect(() => {
    let isCurrent = true;
    api.visitor().then(
      (visitor) => isCurrent && know(visitor),
      (error: unknown) => isCurrent && setSignIn({ state: "failed", error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [know]);

  const askAgain = useCallback(() => {
    api.visitor().then(know, (error: unknown) => setSignIn({ state: "failed", error }));
  }, [know]);
  const refresh = useCallback(() => {
    api.visitor().then(
      (visitor) => setOpenCases(visitor.open_cases ?? 0),
      () => undefined,
    );
  }, []);
  const settle = useCallback(
    (account: Account | null) => {
      setSignIn(signInOf(account));
      setOpenCases(0);
      if (account?.role === "admin") refresh();
    },
    [refresh],
  );

  const access = useMemo(
    () => ({ signIn, openCases, refresh, askAgain, settle }),
    [signIn, openCases, refresh, askAgain, settle],
  );
  return <Access value={access}>{children}</Access>;
}

export function useAccount(): AccountAccess {
  const access = useContext(Access);
  if (access === null) throw new Error("useAccount needs an AccountProvider above it");
  return access;
}
