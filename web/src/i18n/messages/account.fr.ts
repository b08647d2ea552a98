export default {
  "account.menu": "Compte : {name}",
  "account.preferences": "Réglages",
  "account.language": "Langue",
  "account.theme": "Couleurs",
  "account.theme.system": "Comme sur cet appareil",
  "account.theme.light": "Claires",
  "account.theme.dark": "Sombres",
  "account.changeName": "Changer votre nom",
  "account.changeName.hint": "Le nom que les autres voient dans vos réunions.",
  "account.signIn": "Se connecter",
  "account.signOut": "Se déconnecter",
};
