"""W-10: what a first visit of the home page and of the form transfers.

    python -m bench.weights

The real pages of the world of ``bench.web``, every static file that they name and the three fonts that their text
needs, compressed as a server does. An upper bound: all that a page names is counted, whether a browser wants it or not.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import Result, load, note, verdict
from bench.web import built, environment, world_folder

KILOBYTE = 1024
MAX_KB, MAX_REQUESTS, MAX_HTML_KB, MAX_SCRIPT_KB, ICONS = 350, 15, 30, 15, 5
FONTS = [f"dsfr/dist/fonts/Marianne-{weight}.woff2" for weight in ("Regular", "Medium", "Bold")]
NAMED = re.compile(r'<(?:link|script|img|use)\b[^>]*?(?:href|src)="/static/([^"#?]+)')


@dataclass
class Weight:
    """A first visit, in kilobytes once compressed; requests: with the icons that the style sheet may ask for."""

    page: str
    total: float
    html: float
    script: float
    requests: int

    @property
    def fits(self) -> bool:
        within = self.total <= MAX_KB and self.requests <= MAX_REQUESTS
        return within and self.html <= MAX_HTML_KB and self.script <= MAX_SCRIPT_KB


def compressed(content: bytes) -> float:
    return len(gzip.compress(content, 9)) / KILOBYTE


def weigh(title: str, path: str) -> Weight:
    """Asks a page and weighs all that it names."""
    from django.contrib.staticfiles import finders
    from django.test import Client

    answer = Client(headers={"host": "127.0.0.1"}).get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    files = sorted({*NAMED.findall(answer.content.decode()), *FONTS})
    weights = {name: compressed(Path(str(finders.find(name))).read_bytes()) for name in files}
    html, script = compressed(answer.content), sum(kb for name, kb in weights.items() if re.match(r"ui/.*\.js$", name))
    return Weight(title, sum(weights.values()) + html, html, script, len(files) + 1 + ICONS)


def main() -> int:
    """Weighs the pages; the heaviest last."""
    options = argparse.Namespace(size="demo", needs=3_000, seed=1, pages="home,contact")
    environ = environment(world_folder(options), 8000)
    pages = built(options, environ)
    os.environ.update(environ)
    sys.path[:0] = environ["PYTHONPATH"].split(os.pathsep)
    import django

    django.setup()
    weights = [weigh(page.title, page.path) for page in pages]
    for one in weights:
        print(f"  {one.page:<26} {one.total:6.1f} kB  {one.requests:3} requests  "
              f"HTML {one.html:4.1f} kB  own scripts {one.script:4.1f} kB")  # fmt: skip
    worst = max(weights, key=lambda one: one.total)
    kept = verdict(all(one.fits for one in weights), quiet=True)
    ours = {one.page: {"kB": round(one.total, 1), "requests": one.requests} for one in weights}
    result = Result("W-10", "Poids d’une première visite", round(worst.total, 1), MAX_KB, "ko", kept, ours)
    note(result, before=load(), scale="demo", seed=1)
    print(f"W-10 {result.title} : {result.value:g} ko (limite {MAX_KB}), {worst.requests} requêtes au plus")
    return kept


if __name__ == "__main__":
    sys.exit(main())
