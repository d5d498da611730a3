"""W-12: how a page feels on a slow telephone and a slow network, in a real Chromium.

    make run                                             # in another window
    python -m bench.vitals --site http://127.0.0.1:8000  # its address

1.6 Mbit/s, 150 ms there and back, a processor four times slower; each visit with nothing kept from before. Median of
five. Largest paint within 2.5 s, shift of the layout 0.05, blocking time 200 ms, first byte 800 ms.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.measuring import Result, load, note, verdict, wait_for_quiet

CHROMIUM = "/usr/bin/chromium"
SLOWER = 4
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}  # bytes a second
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
LIMITS = {"lcp_ms": 2500.0, "shift": 0.05, "blocking_ms": 200.0, "first_byte_ms": 800.0}
SETTLED_MS = 1500  # nothing of ours begins later than that after the page has loaded

# What the browser tells of the page: kept from before its first byte, since some of it is told once.
OBSERVE = """
window.told = {lcp: 0, shift: 0, long: []};
new PerformanceObserver(l => { for (const e of l.getEntries()) told.lcp = e.startTime })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) told.shift += e.value })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) told.long.push([e.startTime, e.duration]) })
  .observe({type: 'longtask', buffered: true});
"""
TELL = """() => {
  const page = performance.getEntriesByType('navigation')[0];
  const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
  const after = told.long.filter(([at]) => at >= first);
  const blocking = after.reduce((sum, [, lasted]) => sum + Math.max(0, lasted - 50), 0);
  return {lcp_ms: told.lcp, shift: told.shift, blocking_ms: blocking, first_byte_ms: page.responseStart};
}"""


@dataclass(frozen=True)
class Visit:
    """A page, who looks at it (nobody: the public), and how wide his screen is. first_link: leads to the page."""

    title: str
    path: str
    person: str = ""
    first_link: str = ""

    @property
    def screen(self) -> dict[str, int]:
        return DESK if self.person else PHONE


AGENT, TEAM = "Renaud Keller", "Agnès Valmont"
VISITS = (
    Visit("Accueil", "/"),
    Visit("Demande, coordonnées", "/demande/entreprise-en-difficulte/tresorerie/"),
    Visit("Statistiques publiques", "/statistiques/"),
    Visit("File des sollicitations", "/equipe/sollicitations/", TEAM),
    Visit("Fiche d’une sollicitation", "/equipe/sollicitations/", TEAM, r"^/equipe/sollicitations/\d+/$"),
    Visit("Liste de détection", "/detection/", AGENT),
    Visit("Fiche d’une entreprise", "/detection/", AGENT, r"^/detection/entreprises/\d{9}/$"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Each page, then the figures; 0 when all are within their limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", default="http://127.0.0.1:8000")
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a calm machine")
    options = parser.parse_args(argv)
    quiet, before = wait_for_quiet(options.wait), load()
    ours = measured(options.site.rstrip("/"), options.visits)
    worst = max(figures[name] / limit for figures in ours.values() for name, limit in LIMITS.items())
    outcome = verdict(worst <= 1, quiet=quiet)
    title = "Ressenti sur un téléphone lent, pire mesure / promesse"
    note(Result("W-12", title, round(worst, 2), 1.0, "×", outcome, ours), before=before, scale="demo", seed=1)
    print(f"W-12 pire mesure : {worst:.2f} × sa limite")
    return outcome


def measured(site: str, visits: int) -> dict[str, dict[str, float]]:
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        states = {person: signed_in(browser, site, person) for person in {visit.person for visit in VISITS}}
        for visit in VISITS:
            address = site + address_of(browser, site, visit, states[visit.person])
            seen = [look(browser, address, visit, states[visit.person]) for _ in range(visits)]
            found[visit.title] = {name: round(statistics.median(one[name] for one in seen), 3) for name in LIMITS}
            told = "   ".join(f"{name} {value:g}" for name, value in found[visit.title].items())
            print(f"  {visit.title:<26} {told}", flush=True)
        browser.close()
    return found


def signed_in(browser: Any, site: str, person: str) -> Any:
    """The session of a person of the demo, through the invented ProConnect."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    if person:
        page.goto(f"{site}/connexion/")
        button = re.compile("ProConnect")
        page.get_by_role("button", name=button).or_(page.get_by_role("link", name=button)).first.click()
        page.get_by_text(person).first.click()
        page.wait_for_load_state("load")
    state = context.storage_state()
    context.close()
    return state


def address_of(browser: Any, site: str, visit: Visit, state: Any) -> str:
    """The path of the page: as it is, or that of the first link of its kind."""
    if not visit.first_link:
        return visit.path
    context = browser.new_context(storage_state=state, locale="fr-FR")
    page = context.new_page()
    page.goto(site + visit.path)
    links = [link.get_attribute("href") or "" for link in page.locator("main a").all()]
    context.close()
    return next(link for link in links if re.search(visit.first_link, link.split("?")[0]))


def look(browser: Any, address: str, visit: Visit, state: Any) -> dict[str, float]:
    """One visit, slowed down, with an empty cache."""
    context = browser.new_context(storage_state=state, viewport=visit.screen, locale="fr-FR")
    page = context.new_page()
    page.add_init_script(OBSERVE)
    slow = context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", NETWORK)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load", timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    told: dict[str, float] = page.evaluate(TELL)
    context.close()
    return told


if __name__ == "__main__":
    sys.exit(main())
