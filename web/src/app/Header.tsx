import {
  Building2,
  Flag,
  LogIn,
  LogOut,
  ScrollText,
  Settings,
  UserPen,
  UserRound,
  Users,
} from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { useAccount } from "../account";
import { api, type Account } from "../api";
import { useText } from "../i18n";
import { Avatar } from "../ui/Avatar";
import { Badge } from "../ui/Badge";
import { Brand } from "../ui/Brand";
import { Button, LinkButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Menu, MenuItem } from "../ui/Menu";
import { useOnline } from "../ui/useOnline";
import styles from "./Header.module.css";
import { NameDialog } from "./NameDialog";
import { LanguageChoice, ThemeChoice } from "./Preferences";

const ADMIN_PAGES = [
  { path: "/accounts", icon: Users, title: "accounts.title" },
  { path: "/organization", icon: Building2, title: "house.title" },
  { path: "/cases", icon: Flag, title: "cases.title" },
  { path: "/audit", icon: ScrollText, title: "audit.title" },
] as const;

function AccountMenu({ account }: { account: Account }) {
  const text = useText();
  const navigate = useNavigate();
  const { settle, askAgain } = useAccount();
  const [isNaming, setNaming] = useState(false);

  function signOut() {
    api.signOut().then(() => {
      settle(null);
      void navigate("/");
    }, askAgain);
  }

  return (
    <>
      <Menu
        label={text("account.menu", { name: account.name })}
        trigger={
          <Button
            kind="quiet"
            className={styles.account}
            aria-label={text("account.menu", { name: account.name })}
          >
            <span className={styles.name}>{account.name}</span>
            <Avatar name={account.name} />
          </Button>
        }
        head={
          <div className={styles.head}>
            <strong>{account.name}</strong>
            <span className={styles.email}>{account.email}</span>
          </div>
        }
      >
        <MenuItem icon={UserPen} onAction={() => setNaming(true)}>
          {text("account.changeName")}
        </MenuItem>
        <MenuItem icon={UserRound} onAction={() => void navigate("/account")}>
          {text("account.title")}
        </MenuItem>
        {(account.role === "admin" ? ADMIN_PAGES : []).map(({ path, icon, title }) => (
          <MenuItem key={path} icon={icon} onAction={() => void navigate(path)}>
            {text(title)}
          </MenuItem>
        ))}
        <LanguageChoice />
        <ThemeChoice />
        <MenuItem icon={LogOut} onAction={signOut}>
          {text("account.signOut")}
        </MenuItem>
      </Menu>
      {isNaming && <NameDialog account={account} onClose={() => setNaming(false)} />}
    </>
  );
}

const LOOK_AGAIN_MS = 60_000;

/** What an administrator is told on every page, since nobody may be told by mail. */
function OpenCases() {
  const text = useText();
  const { openCases: count, refresh } = useAccount();
  useEffect(() => {
    const looking = setInterval(refresh, LOOK_AGAIN_MS);
    return () => clearInterval(looking);
  }, [refresh]);
  if (count === 0) return null;
  const words = text("cases.open", { count });
  return (
    <LinkButton to="/cases" kind="quiet" className={styles.cases} aria-label={words} title={words}>
      <Icon of={Flag} />
      <Badge kind="trouble">{String(count)}</Badge>
    </LinkButton>
  );
}

function PreferencesMenu() {
  const text = useText();
  return (
    <Menu
      label={text("account.preferences")}
      trigger={
        <Button kind="quiet" className={styles.tool}>
          <Icon of={Settings} />
          {text("account.preferences")}
        </Button>
      }
    >
      <LanguageChoice />
      <ThemeChoice />
    </Menu>
  );
}

/** The head of every page but the call: the way home, and the person's own menu. */
export function Header() {
  const text = useText();
  const { signIn } = useAccount();
  const { pathname } = useLocation();
  const isOnline = useOnline();
  const mayOfferSignIn = signIn.state === "signed-out" && pathname.startsWith("/m/");
  return (
    <>
      <Brand name={text("frame.product")} />
      <span className={styles.grow} />
      {mayOfferSignIn && (
        <LinkButton to="/sign-in" state={{ from: pathname }} kind="quiet" className={styles.tool}>
          <Icon of={LogIn} />
          {text("account.signIn")}
        </LinkButton>
      )}
      {signIn.state === "signed-in" && signIn.account.role === "admin" && <OpenCases />}
      {signIn.state === "signed-in" ? <AccountMenu account={signIn.account} /> : <PreferencesMenu />}
      <div role="status" className={isOnline ? styles.online : styles.offline}>
        {isOnline ? "" : text("frame.offline")}
      </div>
    </>
  );
}
