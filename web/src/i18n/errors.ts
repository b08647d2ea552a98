import { isApiError } from "../api";
import { useText } from "./text";

/** Turns whatever a request failed with into a sentence that says what to do. */
export function useErrorText(): (error: unknown) => string {
  const text = useText();
  return (error) => {
    if (!isApiError(error)) return text("error.internal");
    if (error.code === "rate-limited" && error.retryAfter_s !== null) {
      return text("error.rate-limited.wait", { seconds: Math.ceil(error.retryAfter_s) });
    }
    return text(`error.${error.code}`);
  };
}
