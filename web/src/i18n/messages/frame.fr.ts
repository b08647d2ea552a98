export default {
  "frame.product": "Préau",
  "frame.skip": "Aller au contenu",
  "frame.promise": "Aucun pistage. Aucun tiers.",
  "frame.switchLanguage": "Switch to English",
  "frame.loading": "Un instant…",
  "frame.tryAgain": "Réessayer",
  "frame.home": "Accueil",
  "frame.cancel": "Annuler",
  "frame.save": "Enregistrer",
  "frame.offline": "Vous êtes hors ligne. Préau reprend tout seul dès le retour du réseau.",
  "frame.unreachable.title": "Le serveur ne répond pas",
  "frame.unreachable.lead":
    "Il redémarre peut-être, ou votre réseau fait obstacle. Nous réessayons toutes les quelques secondes.",
  "frame.offline.title": "Vous êtes hors ligne",
  "frame.offline.lead":
    "Cet appareil n’a plus de réseau. Vérifiez le Wi-Fi ou le câble ; la page reprend dès qu’il revient.",
  "frame.dropped.title": "Les connexions en direct ne passent pas",
  "frame.dropped.lead":
    "Cette page atteint le serveur, mais les connexions en direct ne passent pas : le réseau ou le proxy placé devant les coupe.",
  "frame.dropped.everybody":
    "Essayez un autre réseau, celui de votre téléphone par exemple, ou prévenez la personne qui gère ce serveur. Nous continuons d’essayer.",
  "frame.dropped.administrator":
    "Le proxy placé devant doit laisser passer les WebSockets. Sur le serveur, « preau doctor » dit ce qu’il faut corriger ; docs/operate/network.md montre comment. Nous continuons d’essayer.",
  "frame.dropped.back": "Retour",
  "frame.crash.title": "Cette page s’est arrêtée",
  "frame.crash.lead":
    "La faute est la nôtre, pas la vôtre. Rechargez la page ; si vous étiez en réunion, vous y retournez aussitôt.",
  "frame.crash.reload": "Recharger la page",
  "notFound.title": "Cette page n’existe pas",
  "notFound.lead": "L’adresse contient peut-être une erreur, ou la page a changé de place.",
};
