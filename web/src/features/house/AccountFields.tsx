import { useState } from "react";
import type { AccountLanguage, AccountRole } from "../../api";
import { LANGUAGE_NAMES, LANGUAGES, useText } from "../../i18n";
import { Select } from "../../ui/Select";
import { TextField } from "../../ui/TextField";
import styles from "./Accounts.module.css";

const NAME_LIMIT = 64;

export interface AccountValues {
  readonly name: string;
  readonly email: string;
  readonly role: AccountRole;
  readonly language: AccountLanguage;
}

const NOTHING_WRONG = { name: false, email: false };

/** What a form says of an account, and what is wrong with it before the server is asked. */
export function useAccountFields(first: AccountValues) {
  const [values, setValues] = useState(first);
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  function change(part: Partial<AccountValues>) {
    setValues({ ...values, ...part });
    setWrong(NOTHING_WRONG);
  }
  function lookOver(): boolean {
    const seen = { name: values.name.trim() === "", email: !values.email.includes("@") };
    setWrong(seen);
    return !seen.name && !seen.email;
  }
  return { values, wrong, change, lookOver, clear: () => setValues(first) };
}

/** Name, address, role and language of an account. */
export function AccountFields({ fields }: { fields: ReturnType<typeof useAccountFields> }) {
  const text = useText();
  const { values, wrong, change } = fields;
  return (
    <div className={styles.fields}>
      <TextField
        isRequired
        label={text("accounts.name")}
        value={values.name}
        onChange={(name) => change({ name })}
        error={wrong.name ? text("accounts.name.missing") : null}
        maxLength={NAME_LIMIT}
        autoComplete="off"
      />
      <TextField
        isRequired
        label={text("signIn.email")}
        type="email"
        value={values.email}
        onChange={(email) => change({ email })}
        error={wrong.email ? text("signIn.email.missing") : null}
        autoComplete="off"
      />
      <Select
        label={text("accounts.role")}
        value={values.role}
        onChange={(role) => change({ role: role === "admin" ? "admin" : "member" })}
        options={(["member", "admin"] as const).map((role) => ({
          value: role,
          label: text(`accounts.role.${role}`),
        }))}
      />
      <Select
        label={text("account.language")}
        value={values.language}
        onChange={(language) => change({ language: language === "fr" ? "fr" : "en" })}
        options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
      />
    </div>
  );
}
