export default {
  "call.leave": "Quitter",
};
