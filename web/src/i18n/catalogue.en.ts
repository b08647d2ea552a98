import account from "./messages/account.en";
import accounts from "./messages/accounts.en";
import audit from "./messages/audit.en";
import call from "./messages/call.en";
import door from "./messages/door.en";
import errors from "./messages/errors.en";
import frame from "./messages/frame.en";
import home from "./messages/home.en";
import house from "./messages/house.en";
import left from "./messages/left.en";
import invite from "./messages/invite.en";
import list from "./messages/list.en";
import meeting from "./messages/meeting.en";
import preJoin from "./messages/pre-join.en";
import rules from "./messages/rules.en";
import safety from "./messages/safety.en";
import signIn from "./messages/sign-in.en";

/** Every sentence in English: the list of message ids, which the other languages must match. */
export const catalogue = {
  ...frame,
  ...account,
  ...accounts,
  ...audit,
  ...errors,
  ...home,
  ...signIn,
  ...preJoin,
  ...door,
  ...call,
  ...safety,
  ...rules,
  ...invite,
  ...list,
  ...meeting,
  ...house,
  ...left,
} as const;

export type MessageId = keyof typeof catalogue;
export type Catalogue = Readonly<Record<MessageId, string>>;
