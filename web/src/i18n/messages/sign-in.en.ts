/** Signing in, the one-use link that sets a password, and the set-up of a new server. */
export default {
  "signIn.title": "Sign in",
  "signIn.lead": "To start meetings of your own. Joining one needs no account.",
  "signIn.email": "Email",
  "signIn.email.missing": "Write your email address, like claire@example.org.",
  "signIn.password": "Password",
  "signIn.password.missing": "Write your password.",
  "signIn.password.show": "Show the password",
  "signIn.act": "Sign in",
  "signIn.forgotten": "No password, or forgotten?",
  "signIn.link.checking": "Checking your link…",
  "signIn.link.title": "Welcome, {name}",
  "signIn.link.choose": "Choose a password, and next time you sign in with {email}.",
  "signIn.link.chooseAgain":
    "Choose a new password for {email}. Every browser that is signed in to this account will be signed out.",
  "signIn.link.act": "Sign in",
  "signIn.link.expired.title": "This sign-in link no longer works",
  "signIn.link.expired.lead":
    "It has been used, or it is too old. Sign in with your password, or ask your administrator for a new link.",
  "signIn.newPassword": "New password",
  "signIn.newPassword.hint": "At least {count} characters. A few words in a row are easy to keep.",
  "signIn.newPassword.short": "Use at least {count} characters.",
  "signIn.newPassword.refused":
    "Choose another password: this one is known to those who guess, or made of your name, your address or the organisation’s name. Take a few words that have nothing to do with each other.",
  "setup.title": "Set up this server",
  "setup.lead": "You become its administrator. It takes a minute, and this link works once.",
  "setup.checking": "Checking the set-up link…",
  "setup.name": "Your name",
  "setup.name.hint": "As others see it in meetings.",
  "setup.name.missing": "Write your name.",
  "setup.act": "Set up",
  "setup.expired.title": "This set-up link does not work",
  "setup.expired.lead":
    "It may be mistyped, or it may have been used. The server prints the right one each time it starts, until it is set up.",
  "setup.done.title": "This server is set up already",
  "setup.done.lead": "Its administrator exists. Sign in, or ask the administrator for an account.",
} as const;
