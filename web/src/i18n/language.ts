/** The languages every sentence of the client is written in. */
export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language by its own name, as somebody looking for it would read it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", fr: "Français" };

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The first of the languages a browser asks for that we have; English when there is none. */
export function preferredLanguage(asked: readonly string[]): Language {
  for (const tag of asked) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return "en";
}

/** Where nothing says otherwise, dates and times are written as in these places. */
const HOME_REGION: Readonly<Record<Language, string>> = { en: "en-GB", fr: "fr-FR" };

/** The kind of English or French for dates, times and numbers: the browser's own, if it is of that language. */
export function regional(language: Language, asked: readonly string[]): string {
  const own = asked.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  return own ?? HOME_REGION[language];
}
