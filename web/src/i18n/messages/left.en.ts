/** After the room, or instead of it. Unknown, deleted and ended say the same thing to those outside. */
export default {
  "left.left.title": "You have left the room",
  "left.left.lead":
    "Your camera and microphone are off. The chat is erased from the server five minutes after the last person has left.",
  "left.removed.title": "You were taken out of the room",
  "left.removed.lead": "The host ended your part in this meeting. Your camera and microphone are off.",
  "left.ended.title": "The meeting is over",
  "left.ended.lead": "It was ended for everybody. Your camera and microphone are off.",
  "left.replaced.title": "You carry on in another window",
  "left.replaced.lead":
    "You entered this room again from another tab or device, so this page stepped back. Camera and microphone are off here.",
  "left.signed-out.title": "You were signed out",
  "left.signed-out.lead":
    "Your account was signed out on this device, so you left the room. Your camera and microphone are off. Sign in to run the meeting again.",
  "left.unknown.title": "This link leads to no meeting",
  "left.unknown.lead":
    "It may be mistyped, or the meeting may be over. Check the link, or ask the person who invited you for a new one.",
  "left.full.title": "The room is full",
  "left.full.lead": "Nobody more can enter just now. When somebody leaves there is a place for you.",
  "left.connection-lost.title": "The connection was lost",
  "left.connection-lost.lead":
    "We tried for a while and did not get through. Your camera and microphone are off. Check your network, then go back in.",
  "left.denied.title": "You were not let in",
  "left.denied.lead":
    "The host does not expect you in this meeting. If that is a mistake, ask the person who invited you.",
  "left.denied-wrong-name.title": "You were not let in",
  "left.denied-wrong-name.lead":
    "The host did not recognise your name. Ask them for a personal link, or tell them who you are.",
  "left.denied-full.title": "You were not let in",
  "left.denied-full.lead": "The host takes in nobody more just now. Ask the person who invited you.",
  "left.denied-other.title": "You were not let in",
  "left.denied-other.lead":
    "The host decided so for this meeting. If that is a mistake, ask the person who invited you.",
  "left.banned.title": "You can no longer enter this room",
  "left.banned.lead":
    "The host ended your part in this meeting for good. Your camera and microphone are off.",
  "left.report.text": "What happened, and who was it? (optional)",
  "left.askAgain": "Ask to come back in",
  "left.goBack": "Go back in",
  "left.useHere": "Use this window instead",
  "left.tryAgain": "Try again",
} as const;
