export default {
  "preJoin.title": "Rejoindre la réunion",
  "preJoin.lead": "Personne ne vous voit ni ne vous entend avant votre entrée.",
  "preJoin.host.lead": "C’est votre salle. Vous y entrez comme hôte.",
  "preJoin.untitled": "Votre réunion",
  "preJoin.name": "Votre nom",
  "preJoin.name.hint": "C’est ce que les autres verront.",
  "preJoin.name.missing": "Écrivez le nom que les autres verront.",
  "preJoin.join": "Entrer",
  "preJoin.notEncrypted":
    "Pas encore chiffré de bout en bout : le trajet jusqu’à ce serveur est chiffré, mais le serveur lui-même pourrait voir et entendre la réunion.",
  "preJoin.preview": "Votre caméra",
  "preJoin.camera": "Caméra",
  "preJoin.microphone": "Micro",
  "preJoin.devices": "Appareils",
  "preJoin.bothOff": "Votre caméra et votre micro sont éteints",
  "preJoin.cameraOff": "Votre caméra est éteinte",
  "preJoin.microphoneOff": "Micro éteint",
  "preJoin.cameraStarting": "La caméra s’allume…",
  "preJoin.nothingCaptured": "Rien n’est capté tant que vous ne l’allumez pas.",
  "preJoin.askingBrowser": "Votre navigateur demandera peut-être si cette page peut s’en servir.",
  "preJoin.begins.tried": "Ici, ce n’est qu’un essai.",
  "preJoin.begins.both.off":
    "Dans cette réunion, tout le monde entre micro et caméra éteints. Vous pourrez les allumer une fois à l’intérieur.",
  "preJoin.begins.both.by-rule":
    "Dans cette réunion, micros et caméras restent éteints tant que l’hôte ne les autorise pas. Pour parler, levez la main une fois à l’intérieur.",
  "preJoin.begins.microphone.off":
    "Dans cette réunion, tout le monde entre micro coupé. Vous pourrez l’activer une fois à l’intérieur.",
  "preJoin.begins.microphone.by-rule":
    "Dans cette réunion, les micros restent coupés tant que l’hôte ne donne pas la parole. Une fois à l’intérieur, levez la main.",
  "preJoin.begins.camera.off":
    "On entre aussi caméra éteinte. Vous pourrez l’allumer une fois à l’intérieur.",
  "preJoin.begins.camera.by-rule":
    "Dans cette réunion, les caméras restent éteintes tant que l’hôte ne les autorise pas.",
  "preJoin.begins.observer":
    "Vous venez en observateur : vous voyez et entendez, micro et caméra restent éteints.",
  "preJoin.level": "Niveau du micro",
  "preJoin.level.waiting": "Dites quelques mots : la barre doit bouger.",
  "preJoin.level.heard": "Votre micro fonctionne.",
  "preJoin.level.silent":
    "Nous n’entendons rien. Le micro est-il coupé sur le casque, ou faut-il en choisir un autre ?",
  "preJoin.level.unknown": "Le micro est allumé. Ce navigateur ne nous laisse pas mesurer son niveau ici.",
  "preJoin.device.microphone": "Micro",
  "preJoin.device.camera": "Caméra",
  "preJoin.device.speaker": "Haut-parleur",
  "preJoin.device.system": "Choisi par cet appareil",
  "preJoin.device.unnamed": "Appareil {number}",
  "preJoin.device.afterTurningOn": "La liste apparaît une fois que vous l’avez allumé.",
  "preJoin.speaker.play": "Jouer un son",
  "preJoin.speaker.playing": "Écoutez…",
  "preJoin.speaker.ask": "L’avez-vous entendu ?",
  "preJoin.speaker.yes": "Oui",
  "preJoin.speaker.no": "Non",
  "preJoin.speaker.good": "Bien, votre haut-parleur fonctionne.",
  "preJoin.speaker.advice":
    "Montez le volume, vérifiez que le casque est bien branché ou connecté, choisissez un autre haut-parleur ci-dessus, puis rejouez le son.",
  "preJoin.speaker.failed":
    "Le navigateur n’a pas pu jouer le son. Choisissez un autre haut-parleur et réessayez.",
  "preJoin.withoutIt": "Vous pouvez aussi entrer sans.",
  "preJoin.microphone.blocked": "Cette page n’a pas le droit d’utiliser votre micro.",
  "preJoin.microphone.dismissed": "La question du navigateur au sujet du micro est restée sans réponse.",
  "preJoin.microphone.system": "Votre système refuse le micro au navigateur.",
  "preJoin.microphone.missing": "Cet appareil n’a pas de micro.",
  "preJoin.microphone.in-use": "Un autre programme utilise le micro.",
  "preJoin.microphone.insecure": "Le navigateur n’ouvre le micro qu’aux adresses sécurisées.",
  "preJoin.microphone.failed": "Le micro ne s’est pas allumé.",
  "preJoin.camera.blocked": "Cette page n’a pas le droit d’utiliser votre caméra.",
  "preJoin.camera.dismissed": "La question du navigateur au sujet de la caméra est restée sans réponse.",
  "preJoin.camera.system": "Votre système refuse la caméra au navigateur.",
  "preJoin.camera.missing": "Cet appareil n’a pas de caméra.",
  "preJoin.camera.in-use": "Un autre programme utilise la caméra.",
  "preJoin.camera.insecure": "Le navigateur n’ouvre la caméra qu’aux adresses sécurisées.",
  "preJoin.camera.failed": "La caméra ne s’est pas allumée.",
  "preJoin.mend.blocked.chrome":
    "Cliquez sur l’icône à gauche de l’adresse, autorisez l’appareil, puis réessayez.",
  "preJoin.mend.blocked.edge":
    "Cliquez sur le cadenas à gauche de l’adresse, choisissez « Autoriser » pour l’appareil, puis réessayez.",
  "preJoin.mend.blocked.firefox":
    "Cliquez sur l’icône barrée à gauche de l’adresse, retirez le blocage, puis réessayez.",
  "preJoin.mend.blocked.safari":
    "Dans la barre des menus, choisissez Safari, puis « Réglages pour ce site web », autorisez l’appareil, puis réessayez.",
  "preJoin.mend.blocked.ios":
    "Touchez l’icône à gauche de l’adresse, choisissez « Réglages du site web », autorisez l’appareil, puis réessayez.",
  "preJoin.mend.blocked.android":
    "Touchez l’icône à gauche de l’adresse, choisissez « Autorisations », autorisez l’appareil, puis réessayez.",
  "preJoin.mend.blocked.other":
    "Cherchez les autorisations de ce site près de l’adresse, autorisez l’appareil, puis réessayez.",
  "preJoin.mend.dismissed": "Réessayez, et choisissez « Autoriser » quand le navigateur le demande.",
  "preJoin.mend.system":
    "Ouvrez les réglages de confidentialité de votre système, autorisez le navigateur, puis réessayez.",
  "preJoin.mend.missing": "Branchez-en un ou allumez-le, puis réessayez.",
  "preJoin.mend.in-use": "Fermez l’autre programme ou l’autre onglet qui s’en sert, puis réessayez.",
  "preJoin.mend.insecure":
    "Ouvrez cette page avec une adresse qui commence par https. S’il n’y en a pas, prévenez votre administrateur.",
  "preJoin.mend.failed": "Débranchez-le et rebranchez-le, ou choisissez-en un autre, puis réessayez.",
};
