"""A file shared by the agents of several administrations about one establishment (follow-up.md 4.3)."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

FILE = "followup.Followup"

ACTIONS = (
    Action("file.list", "", "Lire les accompagnements qui lui sont accessibles"),
    Action("file.open", "followup.Workplace", "Ouvrir un accompagnement sur un établissement"),
    Action("file.view", FILE, "Lire un accompagnement, et les textes de ses réseaux"),
    Action("file.edit", FILE, "Modifier un accompagnement, écrire ses synthèses, ses commentaires, ses actions"),
    Action("file.manage_state", FILE, "Changer l’état d’un accompagnement, le terminer, le rouvrir"),
    Action("file.manage_members", FILE, "Ajouter ou retirer des référents et des participants"),
    Action("file.delete", FILE, "Supprimer un accompagnement, avec sa raison"),
    Action("file.restore", "followup.DeletedFollowup", "Restaurer un accompagnement supprimé"),
    Action("file.duplicate", FILE, "Continuer un accompagnement terminé dans un nouveau"),
    Action("file.view_contacts", FILE, "Voir les contacts de l’entreprise dans un accompagnement"),
    Action("file.edit_contacts", FILE, "Ajouter, corriger ou archiver les contacts de l’entreprise"),
    Action("file.refer", FILE, "Orienter l’entreprise vers un conseiller"),
    Action("file.note_contact", FILE, "Écrire sur un accompagnement ce qu’a donné un contact de campagne"),
    Action("request.know", "followup.FirmNeed", "Savoir qu’une entreprise a demandé de l’aide, sans lire sa demande"),
    Action("meeting.plan", "", "Prévoir une réunion du CODEFI"),
    Action("meeting.view", "followup.Meeting", "Lire une réunion du CODEFI de son territoire, dans ce réseau"),
    Action("meeting.manage", "followup.Meeting", "Tenir une réunion du CODEFI, son ordre du jour, ses décisions"),
    Action("cards.import", "", "Lire les cartes d’un ancien tableau, avec le sort de chacune"),
    Action("cards.apply", "followup.CardsImport", "Reprendre, tous ou aucun, les cartes de son fichier"),
    Action("closed.allow", "", "Permettre un accompagnement sur un établissement fermé, avec un motif"),
    Action("word.edit", "", "Tenir les mots que proposent les accompagnements"),
    Action("comment.edit", "followup.Comment", "Corriger ou supprimer son commentaire"),
)

_LEVELS = (Role.LEVEL_A, Role.LEVEL_B)
_REACHES: tuple[tuple[str, tuple[Reach, ...]], ...] = (
    ("file.list", (Reach.NATIONAL,)),
    ("file.open", (Reach.TERRITORY,)),
    ("file.view", (Reach.TERRITORY, Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.edit", (Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.manage_state", (Reach.REFERENT,)),
    ("file.manage_members", (Reach.TERRITORY, Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.delete", (Reach.REFERENT,)),
    ("file.restore", (Reach.REFERENT,)),
    ("file.duplicate", (Reach.TERRITORY, Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.view_contacts", (Reach.TERRITORY_CRP, Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.edit_contacts", (Reach.TERRITORY_CRP,)),
    ("file.refer", (Reach.PARTICIPANT, Reach.REFERENT)),
    ("file.note_contact", (Reach.TERRITORY, Reach.PARTICIPANT, Reach.REFERENT)),
    ("request.know", (Reach.TERRITORY,)),
    ("meeting.plan", (Reach.NATIONAL,)),
    ("meeting.view", (Reach.TERRITORY,)),
    ("meeting.manage", (Reach.OWN,)),
    ("comment.edit", (Reach.OWN,)),
    ("cards.import", (Reach.NATIONAL,)),
    ("cards.apply", (Reach.OWN,)),
)

# Both levels hold files alike: what a level opens of a firm is said by the rows of the dossier.
RIGHTS = (
    *(Grant(action, role, reach) for action, reaches in _REACHES for role in _LEVELS for reach in reaches),
    Grant("closed.allow", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("word.edit", Role.ADMINISTRATOR, Reach.NATIONAL),
    Grant("word.edit", Role.REFERENCES, Reach.NATIONAL),
    Grant("file.list", Role.ONLOOKER, Reach.NATIONAL),  # the page, with no file in it
)
