import { Ban, Ellipsis, Link2, Mail, Trash2, UserCheck, UserPen } from "lucide-react";
import { useState } from "react";
import { useIntl } from "react-intl";
import { api, type AdministeredAccount } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { Notice } from "../../ui/Notice";
import { useRequest } from "../../ui/useRequest";
import { AccountDialog, type AccountQuestion } from "./AccountDialogs";
import styles from "./Accounts.module.css";
import house from "./House.module.css";

export interface AccountRowProps {
  one: AdministeredAccount;
  sendsMail: boolean;
  /** Another link was made. */
  onLink: (made: AdministeredAccount) => void;
  /** Something else was done; the words tell what. */
  onChanged: (words: string) => void;
}

/** One account, and what an administrator does with it. */
export function AccountRow({ one, sendsMail, onLink, onChanged }: AccountRowProps) {
  const text = useText();
  const errorText = useErrorText();
  const [question, setQuestion] = useState<AccountQuestion | null>(null);
  const { ask, error } = useRequest();

  const acts: RowActs = {
    ask: setQuestion,
    renew: (send) => ask(api.renewAccountLink(one.id, send), onLink),
    enable: () =>
      ask(api.changeAccount(one.id, { is_disabled: false }), () =>
        onChanged(text("accounts.enabled", { name: one.name })),
      ),
  };
  return (
    <li className={styles.account}>
      <Avatar name={one.name} />
      <div className={styles.words}>
        <div className={styles.name}>
          {one.name}
          {one.role === "admin" && <Badge kind="good">{text("accounts.role.admin")}</Badge>}
          {one.is_disabled && <Badge kind="trouble">{text("accounts.disabled")}</Badge>}
          {!one.has_password && !one.is_disabled && (
            <Badge kind="attention">{text("accounts.invited")}</Badge>
          )}
        </div>
        <div className={house.small}>{one.email}</div>
        <Facts one={one} />
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      </div>
      <RowMenu one={one} sendsMail={sendsMail} acts={acts} />
      {question !== null && (
        <AccountDialog question={question} one={one} onClose={() => setQuestion(null)} onDone={onChanged} />
      )}
    </li>
  );
}

interface RowActs {
  readonly ask: (question: AccountQuestion) => void;
  readonly renew: (send: boolean) => void;
  readonly enable: () => void;
}

interface RowMenuProps extends Pick<AccountRowProps, "one" | "sendsMail"> {
  acts: RowActs;
}

function RowMenu({ one, sendsMail, acts }: RowMenuProps) {
  const text = useText();
  const more = text("accounts.more.of", { name: one.name });
  const trigger = (
    <Button kind="quiet" isSquare aria-label={more}>
      <Icon of={Ellipsis} />
    </Button>
  );
  return (
    <Menu label={more} trigger={trigger}>
      <MenuItem icon={UserPen} onAction={() => acts.ask("change")}>
        {text("accounts.change")}
      </MenuItem>
      {!one.is_disabled ? (
        <MenuItem icon={Link2} onAction={() => acts.renew(false)}>
          {text("accounts.renew")}
        </MenuItem>
      ) : null}
      {!one.is_disabled && sendsMail ? (
        <MenuItem icon={Mail} onAction={() => acts.renew(true)}>
          {text("accounts.renewAndSend")}
        </MenuItem>
      ) : null}
      {one.is_disabled ? (
        <MenuItem icon={UserCheck} onAction={acts.enable}>
          {text("accounts.enable")}
        </MenuItem>
      ) : (
        <MenuItem icon={Ban} onAction={() => acts.ask("disable")}>
          {text("accounts.disable")}
        </MenuItem>
      )}
      <MenuItem icon={Trash2} isDanger onAction={() => acts.ask("erase")}>
        {text("accounts.erase")}
      </MenuItem>
    </Menu>
  );
}

function Facts({ one }: { one: AdministeredAccount }) {
  const text = useText();
  const intl = useIntl();
  const day = (at: string) => intl.formatDate(at, { dateStyle: "long" });
  const facts = [
    text("accounts.meetings", { count: one.meetings }),
    ...(one.last_used_at === null ? [] : [text("accounts.used", { at: day(one.last_used_at) })]),
    ...(one.link_until === null ? [] : [text("accounts.linkUntil", { at: day(one.link_until) })]),
  ];
  return <div className={house.small}>{facts.join(" · ")}</div>;
}
