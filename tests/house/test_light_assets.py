"""The demo serves the styles and scripts of its pages compressed, without writing into what is installed."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from django.test import override_settings
from scripts.light_assets import FROM_DSFR, LIGHTENED, heavy, lighten
from whitenoise.middleware import WhiteNoiseMiddleware

from vigie.ui.context import CHART_SCRIPT, CHART_STYLE

REAL = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    ours = tmp_path / "src/vigie/ui/static/ui"
    ours.mkdir(parents=True)
    (ours / "vigie.css").write_text("p { margin: 0 } " * 200)
    (ours / "favicon.svg").write_text("<svg/>")
    return tmp_path


def test_each_copy_is_the_file_and_its_compressed_form_says_the_same(root: Path, tmp_path: Path) -> None:
    lighten(root, tmp_path / "light")

    for name, path in heavy(root):
        if path.is_file():
            copy = tmp_path / "light" / name
            assert copy.read_bytes() == path.read_bytes()
            assert gzip.decompress(copy.with_name(f"{copy.name}.gz").read_bytes()) == path.read_bytes()
    assert not (tmp_path / "light/ui/favicon.svg").exists()
    assert (tmp_path / "light" / FROM_DSFR[0]).is_file()


def test_nothing_is_made_again_until_a_file_changes_comes_or_goes(root: Path, tmp_path: Path) -> None:
    light, ours = tmp_path / "light", root / "src/vigie/ui/static/ui"
    lighten(root, light)
    first = light.stat().st_ino
    lighten(root, light)
    assert light.stat().st_ino == first

    (ours / "vigie.css").write_text("p { margin: 1px }")
    (ours / "more.js").write_text("1;")
    lighten(root, light)
    assert gzip.decompress((light / "ui/vigie.css.gz").read_bytes()) == b"p { margin: 1px }"
    assert (light / "ui/more.js").is_file()

    (ours / "more.js").unlink()
    (light / "ui/vigie.css.gz").unlink()  # half of a pair
    lighten(root, light)
    assert not (light / "ui/more.js").exists()
    assert (light / "ui/vigie.css.gz").is_file()
    assert not (tmp_path / "light.new").exists()


def test_what_pages_load_is_in_the_list() -> None:
    base = (REAL / "src/vigie/ui/templates/ui/base.html").read_text()
    loaded = {part.split('"')[0] for part in base.split('{% static "')[1:]} | {CHART_SCRIPT, CHART_STYLE}

    assert {name for name in loaded if Path(name).suffix in LIGHTENED} <= {name for name, _path in heavy(REAL)}


def test_the_browser_receives_the_compressed_form_and_the_present_file(root: Path, tmp_path: Path) -> None:
    light = tmp_path / "light"
    os.utime(root / "src/vigie/ui/static/ui/vigie.css", (1, 1))
    lighten(root, light)
    with override_settings(
        STATIC_ROOT=None, STATICFILES_DIRS=[light], WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=False
    ):
        served = WhiteNoiseMiddleware(lambda request: None).files["/static/ui/vigie.css"]
    said = {}
    for accepted in ("gzip", ""):
        answer = served.get_response("GET", {"HTTP_ACCEPT_ENCODING": accepted})
        answer.file.close()
        said[accepted] = dict(answer.headers)

    assert said["gzip"]["Content-Encoding"] == "gzip"
    assert int(said["gzip"]["Content-Length"]) < int(said[""]["Content-Length"]) == 3200
    assert said["gzip"]["Vary"] == said[""]["Vary"] == "Accept-Encoding"
