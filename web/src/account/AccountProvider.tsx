import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { api, type Account } from "../api";

/** Who is signed in, as far as this page knows. */
export type SignIn =
  | { readonly state: "asking" }
  | { readonly state: "signed-in"; readonly account: Account }
  | { readonly state: "signed-out" }
  | { readonly state: "failed"; readonly error: unknown };

interface AccountAccess {
  readonly signIn: SignIn;
  /** Ask the server again. */
  readonly askAgain: () => void;
  /** Take over what the server answered to a sign-in or a change; null after signing out. */
  readonly settle: (account: Account | null) => void;
}

const Access = createContext<AccountAccess | null>(null);

async function ask(): Promise<SignIn> {
  try {
    const account = await api.visitor();
    return account === null ? { state: "signed-out" } : { state: "signed-in", account };
  } catch (error) {
    return { state: "failed", error };
  }
}

export function AccountProvider({ children }: { children: ReactNode }) {
  const [signIn, setSignIn] = useState<SignIn>({ state: "asking" });

  useEffect(() => {
    let isCurrent = true;
    void ask().then((answer) => {
      if (isCurrent) setSignIn(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, []);

  const askAgain = useCallback(() => void ask().then(setSignIn), []);
  const settle = useCallback((account: Account | null) => {
    setSignIn(account === null ? { state: "signed-out" } : { state: "signed-in", account });
  }, []);

  const access = useMemo(() => ({ signIn, askAgain, settle }), [signIn, askAgain, settle]);
  return <Access value={access}>{children}</Access>;
}

export function useAccount(): AccountAccess {
  const access = useContext(Access);
  if (access === null) throw new Error("useAccount needs an AccountProvider above it");
  return access;
}
