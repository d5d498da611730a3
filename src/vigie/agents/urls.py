"""Addresses of agents."""

from __future__ import annotations

from django.urls import URLPattern, path

from vigie.agents.views import (
    charges,
    consent,
    duties,
    follows,
    looks,
    many,
    moves,
    partner,
    reference_merging,
    references,
    users,
)

app_name = "agents"
urlpatterns: list[URLPattern] = [
    path("confidentialite/", consent.confidentiality, name="confidentiality"),
    path("habilitations/", partner.agents, name="partner"),
    path("habilitations/suivis/", follows.follows, name="follows"),
    path("habilitations/suivis/<int:pk>/relire/", follows.review_follow, name="review_follow"),
    path("habilitations/demander/", partner.ask, name="ask"),
    path("habilitations/<int:pk>/revoir/", partner.review, name="review"),
    path("administration/confidentialite/", consent.edit_confidentiality, name="edit_confidentiality"),
    path("administration/references/", references.references, name="references_home"),
    path("administration/references/<slug:kind>/", references.references, name="references"),
    path("administration/references/<slug:kind>/nouveau/", references.new_reference, name="new_reference"),
    path("administration/references/<slug:kind>/<int:pk>/", references.reference_, name="reference"),
    path("administration/references/<slug:kind>/<int:pk>/agir/", references.reference_act, name="reference_act"),
    path(
        "administration/references/<slug:kind>/<int:pk>/reunir/",
        reference_merging.merge_reference,
        name="merge_reference",
    ),
    path("administration/utilisateurs/", users.users, name="users"),
    path("administration/utilisateurs/exporter/", users.export_users, name="export_users"),
    path("administration/utilisateurs/ensemble/", many.many, name="many"),
    path("administration/utilisateurs/<int:pk>/", users.one, name="users_import"),
    path("administration/fonctions/", duties.duties, name="duties"),
    path("administration/fonctions/<int:pk>/retirer/", duties.withdraw_duty, name="withdraw_duty"),
    path("administration/responsables/", charges.charges, name="charges"),
    path("administration/responsables/<int:pk>/retirer/", charges.withdraw_charge, name="withdraw_charge"),
    path("administration/regards/", looks.looks, name="looks"),
    path("administration/regards/fin/", looks.stop_looking, name="stop_looking"),
    path("administration/regards/<int:pk>/", looks.act_on_look, name="act_on_look"),
    path("habilitations/<int:pk>/changer/", moves.ask, name="ask_move"),
    path("equipe/changements-demandes/", moves.moves, name="moves"),
    path("equipe/changements-demandes/<int:pk>/", moves.decide, name="decide_move"),
    path("administration/profils/", partner.profiles, name="profiles"),
]
