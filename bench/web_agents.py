"""The pages of the agents of detection among those of the web bars: the list, what opens from it, who looks after them.

Their lists come from the batch, on the demo's invented raw files (``build_example``).
"""

from __future__ import annotations

from bench.web_world import LIST, SHEET, BenchPage, open_session

AN_AGENT = "karim.sellier@urssaf.example"
REVIEWER, AUDITOR, ADMINISTRATOR = (
    "yann.prigent@urssaf.example",
    "helene.vasseur@controle.example",
    "tom.aguirre@vigie.example",
)


def ensure_lists() -> None:
    """Publishes the demo's lists where there are none."""
    import sys

    from django.core.management import call_command

    from vigie.watchlists.models import Publication

    if not Publication.objects.exists():
        call_command("build_example", stdout=sys.stderr)


def agent_pages(sheets: int = 1) -> list[BenchPage]:
    """sheets: firms of the list whose sheet is asked, from the most exposed."""
    from django.urls import reverse

    from vigie.accounts.models import User
    from vigie.followup.models import Followup
    from vigie.watchlists.models import Entry

    def of(address: str) -> str:
        return open_session(User.objects.get(email=address))

    me = of(AN_AGENT)
    mine = Followup.objects.filter(members__user__email=AN_AGENT).order_by("-pk").first()
    firms = Entry.objects.exclude(level="none").order_by("rank").values_list("siren", flat=True)[:sheets]
    found = [
        BenchPage("agent_list", "Liste de détection", LIST, reverse("watchlists:list"), me),
        BenchPage("agent_search", "Recherche d’un agent", LIST, reverse("watchlists:search") + "?q=transports", me),
        BenchPage("agent_files", "Accompagnements", LIST, reverse("followup:list"), me),
        BenchPage("agent_codefi", "Ordre du jour du CODEFI", LIST, reverse("followup:codefi"), me),
        BenchPage("agent_campaigns", "Campagnes", LIST, reverse("campaigns:list"), me),
        *(
            BenchPage(f"agent_sheet{number or ''}", "Fiche d’une entreprise", SHEET, path, me)
            for number, path in enumerate(reverse("sheets:company", args=[siren]) for siren in firms)
        ),
        BenchPage("reviewer", "Agents d’un partenaire", LIST, reverse("agents:partner"), of(REVIEWER)),
        BenchPage("usage", "Usages d’un partenaire", LIST, reverse("statistics:usage"), of(REVIEWER)),
        BenchPage("auditor", "Traces", LIST, reverse("audit:register"), of(AUDITOR)),
        BenchPage("administrator", "Profils d’accès", LIST, reverse("agents:profiles"), of(ADMINISTRATOR)),
    ]  # fmt: skip
    if mine is not None:
        found.append(BenchPage("agent_file", "Accompagnement", SHEET, reverse("followup:file", args=[mine.pk]), me))
    return found
