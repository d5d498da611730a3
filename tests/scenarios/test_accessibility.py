"""No rule of accessibility is broken on the pages of each person, on a telephone and on a desk, light and dark."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import DESK, PHONE, sign_in
from tests.scenarios.journeys import CHAMBER, TEAM

pytestmark = pytest.mark.browser

PUBLIC = (
    "/", "/recherche/?q=dettes", "/recherche/?q=zzzz", "/themes/recrutement-formation/", "/connexion/",
    "/plan-du-site/",
    "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/", "/cookies/", "/cgu/", "/aide/", "/nulle-part/",
    "/demande/cession-reprise/reprendre-entreprise/", "/demo/", "/demo/courriels/", "/composants/",
)  # fmt: skip
EXPERT = ("/besoins/", "/besoins/?onglet=clotures", "/besoins/?q=introuvable", "/mon-compte/")
TEAM_PAGES = (
    "/equipe/sollicitations/", "/equipe/visites/", "/equipe/manques/", "/equipe/qui-serait-notifie/",
    "/equipe/annuaire/", "/equipe/annuaire/sujets/",
    "/equipe/annuaire/experts/?q=cma", "/equipe/annuaire/institutions/1/", "/equipe/annuaire/antennes/1/",
    "/equipe/annuaire/experts/1/", "/equipe/annuaire/modifier/institution/1/", "/equipe/annuaire/zones/antenne/1/",
    "/equipe/annuaire/ajouter/filtre/institution/1/", "/equipe/personnes/", "/equipe/personnes/inviter/",
    "/equipe/courriels/", "/equipe/travaux/", "/equipe/chiffres/", "/besoins/", "/mon-compte/",
    "/detection/redressements/", "/detection/redressements/nouveau/", "/administration/utilisateurs/",
    "/equipe/changements-demandes/",
    "/administration/utilisateurs/ensemble/", "/administration/reglages/", "/administration/reglages/bandeau/",
    "/equipe/avis-sur-le-service/", "/aide/recues/", "/aide/responsables/", "/absences/",
)  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone-light", "desk-dark"])
def test_public_pages(someone, size, scheme) -> None:
    visitor = someone(size, color_scheme=scheme)
    for path in PUBLIC:
        assert visitor.open(path) in (200, 404), path
        visitor.check_accessible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_expert_pages(someone, size) -> None:
    expert = someone(size)
    sign_in(expert, someone(DESK), CHAMBER)
    for path in EXPERT:
        assert expert.open(path) == 200, path
        expert.check_accessible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_team_pages(someone, size) -> None:
    team = someone(size)
    sign_in(team, someone(DESK), TEAM, team=True)
    for path in TEAM_PAGES:
        assert team.open(path) == 200, path
        team.check_accessible()
