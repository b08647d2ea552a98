export default {
  "signIn.title": "Se connecter",
  "signIn.lead": "Pour ouvrir vos propres réunions. Participer ne demande pas de compte.",
  "signIn.email": "Adresse électronique",
  "signIn.email.missing": "Écrivez votre adresse, par exemple claire@example.org.",
  "signIn.password": "Mot de passe",
  "signIn.password.missing": "Écrivez votre mot de passe.",
  "signIn.password.show": "Afficher le mot de passe",
  "signIn.act": "Se connecter",
  "signIn.forgotten": "Pas de mot de passe, ou oublié ?",
  "signIn.link.checking": "Nous vérifions votre lien…",
  "signIn.link.title": "Bienvenue, {name}",
  "signIn.link.choose": "Choisissez un mot de passe ; la prochaine fois, vous vous connecterez avec {email}.",
  "signIn.link.chooseAgain":
    "Choisissez un nouveau mot de passe pour {email}. Tous les navigateurs connectés à ce compte seront déconnectés.",
  "signIn.link.act": "Se connecter",
  "signIn.link.expired.title": "Ce lien de connexion ne fonctionne plus",
  "signIn.link.expired.lead":
    "Il a déjà servi, ou il est trop ancien. Connectez-vous avec votre mot de passe, ou demandez un nouveau lien à votre administrateur.",
  "signIn.newPassword": "Nouveau mot de passe",
  "signIn.newPassword.hint":
    "Au moins {count} caractères. Quelques mots à la suite se retiennent facilement.",
  "signIn.newPassword.short": "Utilisez au moins {count} caractères.",
  "signIn.newPassword.refused":
    "Choisissez un autre mot de passe : celui-ci est connu de ceux qui devinent, ou fait de votre nom, de votre adresse ou du nom de l’organisation. Prenez quelques mots sans rapport entre eux.",
  "setup.title": "Configurer ce serveur",
  "setup.lead": "Vous en devenez l’administrateur. Cela prend une minute, et ce lien ne sert qu’une fois.",
  "setup.checking": "Nous vérifions le lien de configuration…",
  "setup.name": "Votre nom",
  "setup.name.hint": "Tel que les autres le voient en réunion.",
  "setup.name.missing": "Écrivez votre nom.",
  "setup.act": "Configurer",
  "setup.expired.title": "Ce lien de configuration ne fonctionne pas",
  "setup.expired.lead":
    "Il contient peut-être une erreur, ou il a déjà servi. Le serveur affiche le bon à chaque démarrage, tant qu’il n’est pas configuré.",
  "setup.done.title": "Ce serveur est déjà configuré",
  "setup.done.lead": "Il a son administrateur. Connectez-vous, ou demandez-lui un compte.",
};
