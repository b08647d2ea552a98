import "@fontsource-variable/atkinson-hyperlegible-next/wght.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startTheme } from "./app/theme";
import { isLanguage, loadIntl, preferredLanguage } from "./i18n";
import { remembered } from "./remembered";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/print.css";

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no element with the id root");
  startTheme();
  const stored = remembered.language();
  const language = isLanguage(stored) ? stored : preferredLanguage(navigator.languages);
  document.documentElement.lang = language;
  createRoot(root).render(<App firstIntl={await loadIntl(language)} />);
}

void start();
