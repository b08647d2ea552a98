import type { FormEvent } from "react";
import { useAccount } from "../../account";
import { api, isApiError, type AdministeredAccount } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Notice } from "../../ui/Notice";
import { useRequest } from "../../ui/useRequest";
import { AccountFields, useAccountFields } from "./AccountFields";
import styles from "./Accounts.module.css";

export type AccountQuestion = "change" | "disable" | "erase";

interface QuestionProps {
  one: AdministeredAccount;
  onClose: () => void;
  /** It is done; the words tell what. */
  onDone: (words: string) => void;
}

/** What is asked before an account is changed, disabled or erased. */
export function AccountDialog({ question, ...rest }: QuestionProps & { question: AccountQuestion }) {
  return question === "change" ? <Change {...rest} /> : <Sure act={question} {...rest} />;
}

function Change({ one, onClose, onDone }: QuestionProps) {
  const text = useText();
  const errorText = useErrorText();
  const { signIn, settle } = useAccount();
  const { name, email, role, language } = one;
  const fields = useAccountFields({ name, email, role, language });
  const { ask, isBusy, error } = useRequest();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!fields.lookOver()) return;
    ask(api.changeAccount(one.id, fields.values), (changed) => {
      if (signIn.state === "signed-in" && signIn.account.id === changed.id) {
        settle({ ...signIn.account, ...fields.values });
      }
      onClose();
      onDone(text("accounts.changed", { name: changed.name }));
    });
  }

  const isTaken = isApiError(error, "conflict");
  return (
    <Dialog title={text("accounts.change.title", { name })} isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={submit} noValidate>
        {error !== null && (
          <Notice kind="trouble">{isTaken ? text("accounts.taken") : errorText(error)}</Notice>
        )}
        <AccountFields fields={fields} />
        <DialogActs>
          <Button onPress={onClose}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary" isPending={isBusy}>
            {text("frame.save")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

function Sure({ act, one, onClose, onDone }: QuestionProps & { act: "disable" | "erase" }) {
  const text = useText();
  const errorText = useErrorText();
  const { ask, isBusy, error } = useRequest();
  const { name, meetings } = one;

  function go() {
    const asked =
      act === "erase" ? api.eraseAccount(one.id) : api.changeAccount(one.id, { is_disabled: true });
    ask<unknown>(asked, () => {
      onClose();
      onDone(text(`accounts.${act}.done`, { name }));
    });
  }

  return (
    <Dialog title={text(`accounts.${act}.title`, { name })} isOpen onClose={onClose} isAlert>
      <p>{text(`accounts.${act}.lead`, { count: meetings })}</p>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <DialogActs>
        <Button onPress={onClose} autoFocus>
          {text("frame.cancel")}
        </Button>
        <Button kind="danger" onPress={go} isPending={isBusy}>
          {text(`accounts.${act}.act`)}
        </Button>
      </DialogActs>
    </Dialog>
  );
}
