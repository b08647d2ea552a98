export default {
  "error.bad-request": "Le serveur n’a pas compris cette page. Rechargez-la et réessayez.",
  "error.invalid-fields": "Quelque chose dans la saisie n’est pas encore juste. Relisez-la.",
  "error.invalid-fields.named": "Ceci n’est pas encore juste : {fields}. Vérifiez et recommencez.",
  "error.field.name": "le nom",
  "error.field.email": "l’adresse électronique",
  "error.field.password": "le mot de passe",
  "error.field.present": "le mot de passe actuel",
  "error.field.title": "le nom de la réunion",
  "error.field.passcode": "le code d’accès",
  "error.field.outcome": "la suite donnée",
  "error.field.safeguarding_contact": "l’adresse du référent",
  "error.field.send": "l’envoi par courriel",
  "error.not-signed-in": "Vous êtes déconnecté. Connectez-vous et réessayez.",
  "error.not-allowed": "Votre compte ne permet pas cela. Adressez-vous à l’administrateur de ce serveur.",
  "error.not-found": "Ceci n’existe plus. Il a peut-être été supprimé sur un autre appareil.",
  "error.meeting-unknown":
    "Aucune réunion ne répond à ce lien. Vérifiez-le, ou demandez-en un nouveau à la personne qui vous invite.",
  "error.passcode-needed": "Cette réunion demande un code d’accès.",
  "error.passcode-wrong": "Ce n’est pas le bon code. Vérifiez-le et réessayez.",
  "error.rule-locked": "L’administrateur a fixé cette règle. Elle ne se change pas ici.",
  "error.case-unknown": "Aucun signalement ne répond à cette adresse. Vérifiez le lien.",
  "error.too-late-to-report":
    "Il est trop tard pour le signaler ici. Adressez-vous directement à votre établissement.",
  "error.link-expired": "Ce lien a déjà servi ou il est trop ancien. Demandez-en un nouveau.",
  "error.sign-in-failed":
    "L’adresse et le mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez.",
  "error.sign-in-again": "Indiquez encore une fois votre mot de passe, puis réessayez.",
  "error.account-disabled": "Ce compte est désactivé. Adressez-vous à un administrateur de ce serveur.",
  "error.last-administrator":
    "Plus personne ne pourrait administrer ce serveur. Nommez d’abord un autre administrateur.",
  "error.rate-limited": "Trop de tentatives. Patientez un moment, puis réessayez.",
  "error.rate-limited.wait":
    "Trop de tentatives. Réessayez dans {seconds, plural, one {# seconde} other {# secondes}}.",
  "error.too-large": "C’est trop long. Raccourcissez et réessayez.",
  "error.file-unreadable":
    "Ce fichier ne peut pas être lu comme une liste. Enregistrez-le en XLSX, ODS ou CSV, sans mot de passe, puis choisissez-le de nouveau.",
  "error.already-set-up": "Ce serveur a déjà son administrateur. Connectez-vous plutôt.",
  "error.conflict": "Quelqu’un d’autre l’a modifié au même moment. Rechargez la page et réessayez.",
  "error.not-saved":
    "Le serveur ne peut rien enregistrer pour le moment : rien n’a été modifié. Réessayez dans un instant ; si cela dure, prévenez l’administrateur.",
  "error.internal":
    "Le serveur a commis une erreur et l’a notée. Réessayez ; si elle persiste, prévenez votre administrateur.",
  "error.unreachable": "Le serveur ne répond pas. Vérifiez votre réseau, puis réessayez.",
  "error.offline": "Vous êtes hors ligne. Vérifiez votre réseau, puis réessayez.",
};
