import { RULE_VALUES, type RuleName, type Rules } from "../room/rules";
import { useText, type Text } from "./text";
import type { MessageId } from "./catalogue.en";

export interface RuleWords {
  readonly label: string;
  readonly hint: string;
  /** Each value the rule can have, as text to choose by, with its words. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

function wordsOf(name: RuleName, text: Text): RuleWords {
  const options = RULE_VALUES[name].map((value) => ({
    value: String(value),
    label: text(`rule.${name}.${String(value)}` as MessageId),
  }));
  return { label: text(`rule.${name}`), hint: text(`rule.${name}.hint`), options };
}

/** What a rule is called, what it means, and its values. */
export function useRuleWords(): (name: RuleName) => RuleWords {
  const text = useText();
  return (name) => wordsOf(name, text);
}

/** The rule's value that a chosen text stands for. */
export function ruleChange(name: RuleName, chosen: string): Partial<Rules> {
  const value = (RULE_VALUES[name] as readonly unknown[]).find((one) => String(one) === chosen);
  return value === undefined ? {} : { [name]: value };
}
