import { Navigate, useLocation, useParams } from "react-router";
import type { ReactNode } from "react";

/** The secret behind a link's `#`. Browsers send that part to no server, so that no log on the way has it. */
export function secretIn(hash: string): string {
  const written = hash.replace(/^#/u, "");
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** A page for the secret of its link; another link in the same window is another page. */
export function WithSecret({ children }: { children: (secret: string) => ReactNode }) {
  const secret = secretIn(useLocation().hash);
  return <OneLink key={secret}>{children(secret)}</OneLink>;
}

function OneLink({ children }: { children: ReactNode }) {
  return <>{children}</>;
}

/** A link of the form before, with its secret in the path: on to where it stands behind the `#`. */
export function SecretMoved({ page }: { page: string }) {
  return <Navigate to={{ pathname: page, hash: useParams()["secret"] ?? "" }} replace />;
}
