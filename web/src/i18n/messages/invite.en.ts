/** An invitation to send to others, and what can be done with it. */
export default {
  "invite.copy": "Copy invitation",
  "invite.copy.named": "Copy invitation: {title}",
  "invite.copied": "Copied",
  "invite.words": "{title}\nJoin here: {link}",
  "invite.open.can": "Whoever has this link can knock. You let them in.",
  "invite.one.title": "Who is it for?",
  "invite.one.lead": "This link is for one person, who comes in under this name.",
  "invite.one.can": "This link lets {name} in, in the first browser that opens it. Send it to nobody else.",
  "invite.one.many": "For a whole class, read in a list instead.",
  "invite.notYours": "Only who made the meeting can make links to it.",
  "invite.byHand": "Copy this link",
  "invite.byHand.lead": "The browser did not let the page copy it. Select the link and copy it yourself.",
  "invite.link": "Invitation link",
  "invite.close": "Close",
} as const;
