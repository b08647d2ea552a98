import { useState, type FormEvent } from "react";
import { api, isApiError, type AdministeredAccount, type NewAccount } from "../../api";
import { useErrorText, useLanguage, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Checkbox } from "../../ui/Checkbox";
import { Notice } from "../../ui/Notice";
import { useRequest } from "../../ui/useRequest";
import { AccountFields, useAccountFields } from "./AccountFields";
import styles from "./Accounts.module.css";
import house from "./House.module.css";

interface InviteProps {
  sendsMail: boolean;
  onMade: (made: AdministeredAccount) => void;
}

/** Another account, whose owner chooses the password by a link. */
export function InviteAccount({ sendsMail, onMade }: InviteProps) {
  const text = useText();
  const errorText = useErrorText();
  const { language } = useLanguage();
  const fields = useAccountFields({ name: "", email: "", role: "member", language });
  const [isSent, setSent] = useState(false);
  const { ask, isBusy, error } = useRequest();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!fields.lookOver()) return;
    const account: NewAccount = { ...fields.values, send: sendsMail && isSent };
    ask(api.createAccount(account), (made) => {
      fields.clear();
      onMade(made);
    });
  }

  const isTaken = isApiError(error, "conflict");
  return (
    <Card className={house.section}>
      <h2>{text("accounts.invite")}</h2>
      <p className={house.lead}>{text("accounts.invite.lead")}</p>
      <form className={styles.form} onSubmit={submit} noValidate>
        {error !== null && (
          <Notice kind="trouble">{isTaken ? text("accounts.taken") : errorText(error)}</Notice>
        )}
        <AccountFields fields={fields} />
        {sendsMail && (
          <Checkbox isChecked={isSent} onChange={setSent}>
            {text("accounts.invite.send")}
          </Checkbox>
        )}
        <div>
          <Button type="submit" kind="primary" isPending={isBusy}>
            {text("accounts.invite.act")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
