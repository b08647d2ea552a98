/** The call: tiles, tools, people, chat, devices and everything that may go wrong there. */
export default {
  "call.leave": "Leave",
} as const;
