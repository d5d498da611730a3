"""Reads the text of the PDF files that we write: no more of the format than they use."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)
_DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_CODES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(data: bytes) -> list[str]:
    """The text of each page, one line a drawing."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(data)}
    fonts = {}
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", data):
        unicode_map = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
        assert unicode_map is not None
        fonts[name] = _map(_content(objects[int(unicode_map[1])]))
    contents = [objects[int(number)] for number in re.findall(rb"/Contents (\d+) 0 R", data)]
    return ["\n".join(_texts(_content(one), fonts)) for one in contents]


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _map(text: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", text)
    return {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in pairs}


def _texts(content: bytes, fonts: dict[bytes, dict[int, str]]) -> list[str]:
    drawn, font = [], {}
    for name, text in _DRAWN.findall(content):
        if name:
            font = fonts[name]
            continue
        raw = _ESCAPED.sub(lambda found: _CODES.get(found[1], found[1]), text)
        drawn.append("".join(font[int.from_bytes(raw[at : at + 2])] for at in range(0, len(raw), 2)))
    return drawn
