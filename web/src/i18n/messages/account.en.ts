/** The menu of the person signed in, and the preferences everybody has. */
export default {
  "account.menu": "Account: {name}",
  "account.preferences": "Settings",
  "account.language": "Language",
  "account.theme": "Colours",
  "account.theme.system": "As on this device",
  "account.theme.light": "Light",
  "account.theme.dark": "Dark",
  "account.changeName": "Change your name",
  "account.changeName.hint": "The name others see in your meetings.",
  "account.signIn": "Sign in",
  "account.signOut": "Sign out",
} as const;
