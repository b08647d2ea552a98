export default {
  "left.left.title": "Vous avez quitté la salle",
  "left.left.lead":
    "Votre caméra et votre micro sont éteints. La discussion écrite est effacée du serveur cinq minutes après le départ de la dernière personne.",
  "left.removed.title": "On vous a fait sortir de la salle",
  "left.removed.lead": "L’hôte a mis fin à votre participation. Votre caméra et votre micro sont éteints.",
  "left.ended.title": "La réunion est terminée",
  "left.ended.lead": "Elle a été close pour tout le monde. Votre caméra et votre micro sont éteints.",
  "left.replaced.title": "Vous continuez dans une autre fenêtre",
  "left.replaced.lead":
    "Vous êtes entré de nouveau depuis un autre onglet ou un autre appareil ; cette page s’est donc retirée. Caméra et micro sont éteints ici.",
  "left.signed-out.title": "Vous avez été déconnecté",
  "left.signed-out.lead":
    "Votre compte a été déconnecté sur cet appareil : vous avez quitté la salle. Votre caméra et votre micro sont éteints. Connectez-vous pour reprendre la réunion.",
  "left.unknown.title": "Ce lien ne mène à aucune réunion",
  "left.unknown.lead":
    "Il contient peut-être une erreur, ou la réunion est terminée. Vérifiez-le, ou demandez-en un nouveau à la personne qui vous invite.",
  "left.full.title": "La salle est pleine",
  "left.full.lead":
    "Personne de plus ne peut entrer pour l’instant. Dès que quelqu’un part, il y a une place pour vous.",
  "left.connection-lost.title": "La connexion est perdue",
  "left.connection-lost.lead":
    "Nous avons essayé un moment, sans y parvenir. Votre caméra et votre micro sont éteints. Vérifiez votre réseau, puis revenez.",
  "left.denied.title": "On ne vous a pas laissé entrer",
  "left.denied.lead":
    "L’hôte ne vous attend pas à cette réunion. Si c’est une erreur, adressez-vous à la personne qui vous a invité.",
  "left.denied-wrong-name.title": "On ne vous a pas laissé entrer",
  "left.denied-wrong-name.lead":
    "L’hôte n’a pas reconnu votre nom. Demandez-lui un lien personnel, ou dites-lui qui vous êtes.",
  "left.denied-full.title": "On ne vous a pas laissé entrer",
  "left.denied-full.lead":
    "L’hôte n’accueille plus personne pour l’instant. Adressez-vous à la personne qui vous a invité.",
  "left.denied-other.title": "On ne vous a pas laissé entrer",
  "left.denied-other.lead":
    "L’hôte en a décidé ainsi pour cette réunion. Si c’est une erreur, adressez-vous à la personne qui vous a invité.",
  "left.banned.title": "Vous ne pouvez plus entrer dans cette salle",
  "left.banned.lead":
    "L’hôte a mis fin pour de bon à votre participation. Votre caméra et votre micro sont éteints.",
  "left.report.text": "Que s’est-il passé, et de qui s’agit-il ? (facultatif)",
  "left.askAgain": "Demander à revenir",
  "left.goBack": "Revenir dans la salle",
  "left.useHere": "Utiliser plutôt cette fenêtre",
  "left.tryAgain": "Réessayer",
};
