import type { Catalogue } from "./catalogue.en";
import account from "./messages/account.fr";
import accounts from "./messages/accounts.fr";
import audit from "./messages/audit.fr";
import call from "./messages/call.fr";
import door from "./messages/door.fr";
import errors from "./messages/errors.fr";
import frame from "./messages/frame.fr";
import home from "./messages/home.fr";
import house from "./messages/house.fr";
import left from "./messages/left.fr";
import invite from "./messages/invite.fr";
import list from "./messages/list.fr";
import meeting from "./messages/meeting.fr";
import preJoin from "./messages/pre-join.fr";
import rules from "./messages/rules.fr";
import safety from "./messages/safety.fr";
import signIn from "./messages/sign-in.fr";
import { inFrenchType } from "./typography";

/** As written; it does not compile while one is missing. */
const written: Catalogue = {
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
};

/** Every sentence in French. */
export const catalogue: Catalogue = Object.fromEntries(
  Object.entries(written).map(([id, sentence]) => [id, inFrenchType(sentence)]),
) as Catalogue;
