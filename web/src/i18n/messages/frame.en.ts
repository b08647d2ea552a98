/** What stands around every page, and the pages that belong to none of the features. */
export default {
  "frame.product": "Préau",
  "frame.skip": "Skip to the content",
  "frame.promise": "No tracking. No third parties.",
  "frame.switchLanguage": "Changer pour le français",
  "frame.loading": "One moment…",
  "frame.tryAgain": "Try again",
  "frame.home": "Home",
  "frame.cancel": "Cancel",
  "frame.save": "Save",
  "frame.offline": "You are offline. Préau carries on by itself when the network is back.",
  "frame.unreachable.title": "The server does not answer",
  "frame.unreachable.lead":
    "It may be restarting, or your network may be in the way. We ask again by ourselves every few seconds.",
  "frame.offline.title": "You are offline",
  "frame.offline.lead":
    "This device has no network. Check the Wi-Fi or the cable; this page carries on when it is back.",
  "frame.dropped.title": "Live connections do not get through",
  "frame.dropped.lead":
    "This page reaches the server, but live connections do not get through: the network or the proxy in front drops them.",
  "frame.dropped.everybody":
    "Try another network, such as your phone’s, or tell whoever runs this server. We go on trying by ourselves.",
  "frame.dropped.administrator":
    "The proxy in front has to pass WebSockets. “preau doctor”, on the server, says what to mend; docs/operate/network.md shows how. We go on trying by ourselves.",
  "frame.dropped.back": "Back",
  "frame.crash.title": "This page stopped working",
  "frame.crash.lead":
    "The fault is ours, not yours. Load the page again; if you were in a meeting, you go straight back in.",
  "frame.crash.reload": "Load the page again",
  "notFound.title": "There is no such page",
  "notFound.lead": "The address may be mistyped, or the page may have moved.",
} as const;
