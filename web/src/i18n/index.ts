export { LanguageProvider, loadIntl, useLanguage } from "./LanguageProvider";
export { isLanguage, LANGUAGE_NAMES, LANGUAGES, preferredLanguage, type Language } from "./language";
export type { Catalogue, MessageId } from "./catalogue.en";
export { useErrorText } from "./errors";
export { ruleChange, useRuleWords, type RuleWords } from "./rules";
export { useRichText, useText, type Text } from "./text";
