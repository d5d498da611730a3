"""The networks and segments that a new service starts with (follow-up.md 1.3), and the first text of the rules.

Administrators add and change them afterwards: what is in the database is never overwritten from here. Pure data.
"""

from __future__ import annotations

# (code, label, gives a tab)
NETWORKS = (
    ("codefi", "CODEFI", True),
    ("crp", "CRP", True),
    ("dgfip", "DGFiP", True),
    ("bdf", "Banque de France", False),
    ("dgefp", "DGEFP", False),
    ("urssaf", "Urssaf", False),
    ("equipe", "Équipe", False),
)
# (code, label, network, member of the CODEFI, usual level)
SEGMENTS = (
    ("crp", "Commissaire aux restructurations et à la prévention", "crp", True, "level_a"),
    ("mire", "Mission nationale des restructurations", "crp", True, "level_a"),
    ("dreets_reseaucrp", "DREETS, appui du réseau des CRP", "crp", False, "level_a"),
    ("centrale-dge", "Direction générale des entreprises", "crp", False, "level_a"),
    ("dgfip", "Direction générale des finances publiques", "dgfip", True, "level_a"),
    ("bdf", "Banque de France", "bdf", True, "level_a"),
    ("darp", "Délégué à l’accompagnement des reconversions", "dgefp", True, "level_a"),
    ("muteco", "Mutations économiques, DDETS", "dgefp", True, "level_a"),
    ("dgefp", "Délégation générale à l’emploi et à la formation", "dgefp", True, "level_a"),
    ("urssaf", "Urssaf", "urssaf", True, "level_a"),
    ("dreets", "DREETS, autres services", "", False, "level_b"),
    ("finances", "Ministère chargé des finances, autres services", "", False, "level_b"),
    ("prefecture", "Préfecture et sous-préfecture", "", True, "level_b"),
    ("sf", "Équipe du service", "equipe", True, ""),
)

CONFIDENTIALITY = """\
Les données que vous allez lire sont couvertes par le secret professionnel. Une fuite peut précipiter la chute
d’une entreprise.

- Vous ne vous en servez que pour aider l’entreprise, dans votre mission.
- Vous n’en partagez que ce qui est nécessaire, et seulement avec des agents habilités qui participent à cette aide.
- Vous ne dites à personne, et surtout pas à l’entreprise, qu’elle figure dans une liste.
- Vous ne prêtez pas votre compte. Vous signalez sans attendre un départ, un changement de poste ou un appareil perdu.
- Vos lectures sont inscrites dans un journal : qui a lu quoi, quand, et pourquoi c’était ouvert.

La révélation d’une information couverte par le secret est punie par l’article 226-13 du code pénal. Les articles
432-12 du même code et L. 465-1 du code monétaire et financier s’appliquent à l’usage de ces données dans un intérêt
personnel.
"""
