export default {
  "frame.skip": "Skip to the content",
} as const;
