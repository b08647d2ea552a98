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
  "frame.crash.title": "Cette page s’est arrêtée",
  "frame.crash.lead":
    "La faute est la nôtre, pas la vôtre. Rechargez la page ; si vous étiez en réunion, vous y retournez aussitôt.",
  "frame.crash.reload": "Recharger la page",
  "notFound.title": "Cette page n’existe pas",
  "notFound.lead": "L’adresse contient peut-être une erreur, ou la page a changé de place.",
};
