import { remembered } from "../remembered";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const DARK = "(prefers-color-scheme: dark)";

export function rememberedTheme(): Theme {
  const stored = remembered.theme();
  return THEMES.find((theme) => theme === stored) ?? "system";
}

function show(theme: Theme): void {
  const isDark = theme === "dark" || (theme === "system" && window.matchMedia(DARK).matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

/** Sets the colours now and follows the device when the choice is "system". */
export function startTheme(): void {
  show(rememberedTheme());
  window.matchMedia(DARK).addEventListener("change", () => show(rememberedTheme()));
}

export function chooseTheme(theme: Theme): void {
  remembered.rememberTheme(theme);
  show(theme);
}
