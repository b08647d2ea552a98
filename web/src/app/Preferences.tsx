import { useState } from "react";
import { useAccount } from "../account";
import { api } from "../api";
import { LANGUAGE_NAMES, LANGUAGES, useLanguage, useText, type Language } from "../i18n";
import { MenuChoice } from "../ui/Menu";
import { chooseTheme, rememberedTheme, THEMES, type Theme } from "./theme";

const LANGUAGE_OPTIONS = LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value], lang: value }));

/** Changes the language here and, for an account, on the server, which writes its mails in it. */
export function useChooseLanguage(): (language: Language) => void {
  const { chooseLanguage } = useLanguage();
  const { signIn, settle } = useAccount();
  return (language) => {
    chooseLanguage(language);
    // The page changes at once either way; the server hears of it again at the next choice.
    if (signIn.state === "signed-in") api.changeMe({ language }).then(settle, () => undefined);
  };
}

export function LanguageChoice() {
  const text = useText();
  const { language } = useLanguage();
  const choose = useChooseLanguage();
  return (
    <MenuChoice
      label={text("account.language")}
      value={language}
      options={LANGUAGE_OPTIONS}
      onChoose={choose}
    />
  );
}

export function ThemeChoice() {
  const text = useText();
  const [theme, setTheme] = useState(rememberedTheme);
  const options = THEMES.map((value) => ({ value, label: text(`account.theme.${value}`) }));
  function choose(next: Theme) {
    setTheme(next);
    chooseTheme(next);
  }
  return <MenuChoice label={text("account.theme")} value={theme} options={options} onChoose={choose} />;
}
