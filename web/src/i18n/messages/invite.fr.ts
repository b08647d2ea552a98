/** Une invitation à envoyer, et ce qu’elle permet. */
export default {
  "invite.copy": "Copier l’invitation",
  "invite.copy.named": "Copier l’invitation : {title}",
  "invite.copied": "Copiée",
  "invite.words": "{title}\nRejoignez-nous ici : {link}",
  "invite.open.can": "Qui a ce lien peut frapper à la porte. C’est vous qui laissez entrer.",
  "invite.one.title": "Pour qui est-elle ?",
  "invite.one.lead": "Ce lien est pour une seule personne, qui entre sous ce nom.",
  "invite.one.can":
    "Ce lien laisse entrer {name}, dans le premier navigateur qui l’ouvre. Ne l’envoyez à personne d’autre.",
  "invite.one.many": "Pour toute une classe, lisez plutôt une liste.",
  "invite.notYours": "Seule la personne qui a créé la réunion peut en créer les liens.",
  "invite.byHand": "Copiez ce lien",
  "invite.byHand.lead":
    "Le navigateur n’a pas laissé la page le copier. Sélectionnez le lien et copiez-le vous-même.",
  "invite.link": "Lien d’invitation",
  "invite.close": "Fermer",
} as const;
