export default {
  "frame.skip": "Aller au contenu",
};
