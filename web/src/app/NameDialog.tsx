import { useState, type FormEvent } from "react";
import { useAccount } from "../account";
import { api, type Account } from "../api";
import { useErrorText, useText } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog, DialogActs } from "../ui/Dialog";
import { TextField } from "../ui/TextField";

const NAME_LIMIT = 64;

/** How others see the owner of this account. */
export function NameDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const text = useText();
  const errorText = useErrorText();
  const { settle } = useAccount();
  const [name, setName] = useState(account.name);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "") return setError(text("setup.name.missing"));
    setBusy(true);
    api.changeMe({ name: chosen }).then(
      (changed) => {
        settle(changed);
        onClose();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(errorText(reason));
      },
    );
  }

  return (
    <Dialog title={text("account.changeName")} isOpen onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField
          isRequired
          label={text("setup.name")}
          hint={text("account.changeName.hint")}
          value={name}
          onChange={(value) => {
            setName(value);
            setError(null);
          }}
          error={error}
          maxLength={NAME_LIMIT}
          autoComplete="name"
          // The dialog was opened to type here.
          autoFocus
        />
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
