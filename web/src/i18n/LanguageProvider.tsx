import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { createIntl, createIntlCache, RawIntlProvider, type IntlShape } from "react-intl";
import { preferredLanguage, regional, type Language } from "./language";

interface LanguageChoice {
  readonly language: Language;
  readonly chooseLanguage: (language: Language) => void;
}

const Choice = createContext<LanguageChoice | null>(null);

/** One chunk a language, so that a browser loads only the one it reads. */
const LOADERS: Readonly<Record<Language, () => Promise<{ catalogue: Readonly<Record<string, string>> }>>> = {
  en: () => import("./catalogue.en"),
  fr: () => import("./catalogue.fr"),
};

export async function loadIntl(language: Language): Promise<IntlShape> {
  const { catalogue } = await LOADERS[language]();
  return createIntl(
    { locale: regional(language, navigator.languages), messages: catalogue },
    createIntlCache(),
  );
}

export interface LanguageProviderProps {
  /** The sentences of the first language, already loaded: the first paint has words. */
  first: IntlShape;
  onChoose: (language: Language) => void;
  children: ReactNode;
}

export function LanguageProvider({ first, onChoose, children }: LanguageProviderProps) {
  const [intl, setIntl] = useState(first);
  const language = preferredLanguage([intl.locale]);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const choice = useMemo(
    () => ({
      language,
      chooseLanguage: (next: Language) => {
        onChoose(next);
        void loadIntl(next).then(setIntl);
      },
    }),
    [language, onChoose],
  );
  return (
    <Choice value={choice}>
      <RawIntlProvider value={intl}>
        <I18nProvider locale={intl.locale}>{children}</I18nProvider>
      </RawIntlProvider>
    </Choice>
  );
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(Choice);
  if (choice === null) throw new Error("useLanguage needs a LanguageProvider above it");
  return choice;
}
