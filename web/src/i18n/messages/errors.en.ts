/** What a failed request means for the person, and what to do. One sentence or two for each code of the API. */
export default {
  "error.bad-request": "The server did not understand this page. Load the page again and try once more.",
  "error.invalid-fields": "Something in what was entered is not right yet. Look at it once more.",
  "error.invalid-fields.named": "This is not right yet: {fields}. Look at it once more.",
  "error.field.name": "the name",
  "error.field.email": "the email address",
  "error.field.password": "the password",
  "error.field.present": "the present password",
  "error.field.title": "the name of the meeting",
  "error.field.passcode": "the passcode",
  "error.field.outcome": "the outcome",
  "error.field.safeguarding_contact": "the address of the contact",
  "error.field.send": "sending by mail",
  "error.not-signed-in": "You are signed out. Sign in and try again.",
  "error.not-allowed": "Your account may not do this. Ask the administrator of this server.",
  "error.not-found": "This no longer exists. It may have been deleted on another device.",
  "error.meeting-unknown":
    "No meeting answers to this link. Check it, or ask the person who invited you for a new one.",
  "error.passcode-needed": "This meeting asks for a passcode.",
  "error.passcode-wrong": "This is not the passcode. Check it and try again.",
  "error.rule-locked": "The administrator has fixed this rule. It cannot be changed here.",
  "error.case-unknown": "There is no report under this address. Check the link.",
  "error.too-late-to-report": "It is too late to report this here. Tell your organisation directly.",
  "error.link-expired": "This link has been used or is too old. Ask for a new one.",
  "error.sign-in-failed": "Email and password do not go together. Check both and try again.",
  "error.sign-in-again": "Give your password once more, then try again.",
  "error.account-disabled": "This account is disabled. Ask an administrator of this server.",
  "error.last-administrator":
    "Nobody else could administer this server. Make somebody else an administrator first.",
  "error.rate-limited": "Too many attempts. Wait a moment, then try again.",
  "error.rate-limited.wait":
    "Too many attempts. Try again in {seconds, plural, one {# second} other {# seconds}}.",
  "error.too-large": "That is too long. Shorten it and try again.",
  "error.file-unreadable":
    "This file cannot be read as a list. Save it as XLSX, ODS or CSV, without a password, and choose it again.",
  "error.already-set-up": "This server already has its administrator. Sign in instead.",
  "error.conflict": "Somebody else changed this at the same moment. Load the page again and try once more.",
  "error.not-saved":
    "The server cannot save anything just now, so nothing was changed. Try again in a moment; if it stays so, tell your administrator.",
  "error.internal":
    "The server made a mistake, and has noted it. Try again; if it stays so, tell your administrator.",
  "error.unreachable": "The server does not answer. Check your network, then try again.",
  "error.offline": "You are offline. Check your network, then try again.",
} as const;
