"""The words by which lists of people name their columns, as `plain` writes them, in several languages."""

from __future__ import annotations

import re


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for line in text.splitlines() for phrase in line.split(",")) - {""}


FAMILY = _phrases("""
    nom, noms, nom de famille, nom eleve, nom de l eleve, nom d usage, nom usuel, nom usage, nom de naissance
    nom patronymique, patronyme, nom etudiant, nom participant, nom stagiaire
    family name, last name, lastname, surname, nachname, familienname, apellido, apellidos, cognome, sobrenome
    achternaam
""")
GIVEN = _phrases("""
    prenom, prenoms, prenom eleve, prenom de l eleve, prenom usuel, prenom d usage, 1er prenom, premier prenom
    prenom 1, prenom etudiant, prenom participant, prenom stagiaire
    first name, firstname, given name, forename, vorname, rufname, nombre, nome, voornaam
""")
WHOLE_FAMILY_FIRST = _phrases("""
    nom prenom, nom et prenom, nom prenoms, nom et prenoms, noms et prenoms, noms prenoms, nom prenom eleve
    nom et prenom eleve, nom et prenom de l eleve, nom et prenom des eleves, noms et prenoms des eleves
    last name first name, name vorname, apellidos y nombre
""")
WHOLE_GIVEN_FIRST = _phrases("""
    prenom nom, prenom et nom, prenoms et nom, prenoms noms, first name last name, vorname name
    vorname nachname, nombre y apellidos
""")
WHOLE = _phrases("""
    nom complet, eleve, eleves, liste des eleves, nom des eleves, nom affiche, identite, personne
    nom de la personne, invite, invites, membre, membres, etudiant, etudiants, stagiaire, apprenant
    apprenants
    name, full name, fullname, student, students, student name, pupil, pupils, participant, participants
    participante, display name, member, members, contact, schuler, alumno
""")
EMAIL = re.compile(r"\b(?:e ?mails?|mails?|courriels?|mel|messagerie|adresse electronique|correo)\b")
#: What a class list has besides: none of it is for a link.
UNUSED = re.compile(
    r"\b(?:classe|class|division|groupe|group|klasse|naissance|ne le|nee le|ne e le|date|birth|birthday"
    r"|geburtsdatum|tel|telephone|phone|mobile|portable|gsm|numero|no|n|num|id|ine|sexe|genre|sex|gender|civilite"
    r"|title|adresse|address|rue|street|ville|city|cp|code postal|options?|lv1|lv2|regime|age|niveau|level"
    r"|signature|presence|absent|present|remarques?|notes?|observations?|commentaire|etablissement|school|rang"
    r"|ordre|identifiant|login|mot de passe|password|mef|statut|status|role|transport)\b"
)
#: Names of others beside a pupil: parents, teachers, whom to call.
OTHERS = re.compile(
    r"\b(?:resp|responsables?|parents?|pere|mere|tuteur|tutrice|legal|guardian|father|mother|representant"
    r"|famille d accueil|professeur|enseignant|teacher|tutor|urgence|emergency)\b"
)
MORE_NAMES = re.compile(r"\b(?:prenom [2-9]|2e prenom|3e prenom|deuxieme|autres prenoms|second|middle)\b")

#: What stands in columns without a head beside names, over and over.
ANSWERS = _phrases("""
    oui, non, yes, no, ja, nein, si, vrai, faux, true, false, present, presente, absent, absente
    masculin, feminin, garcon, fille, homme, femme, male, female, mme, mlle, monsieur, madame
    externe, interne, demi pensionnaire, dp, anglais, allemand, espagnol, italien, latin
""")
PARTICLES = _phrases("""
    de, du, des, d, la, le, les, van, von, der, den, ter, ten, het, zu, zur, di, da, del, della, dos, das, do
    al, el, ben, bin, ait, ould, st, saint, sainte, mc, mac
""")
#: Those that are written small before a name in capitals.
PARTICLES_BEFORE_CAPITALS = _phrases("""
    de, du, des, la, le, les, van, von, der, den, ter, ten, di, da, del, della, dos, das, do
""")
