"""What people type, made safe to store, and names made comparable.

Text is stored as text: control characters, bidirectional overrides and zero-width marks are removed (they can
disguise what is read), line ends are one character, runs of combining marks are cut. Escaping is the page's work.
"""

from __future__ import annotations

import re
import unicodedata

# Bidirectional controls and invisible joiners: U+061C, U+200B-200F, U+202A-202E, U+2060-2064, U+2066-206F, U+FEFF.
_INVISIBLE = re.compile("[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_COMBINING_RUN = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# One line of French as it is usually written, with its typographic signs: nothing of it is taken away nor composed.
_PLAIN = re.compile("[ -~\u00a0-\u02ff\u2010-\u2027\u202f\u20ac]*")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NOT_ALNUM = re.compile(r"[^0-9A-Z]+")


def clean_text(text: str) -> str:
    """Gives the text without control, bidirectional or zero-width characters, NFC, ends trimmed; keeps line breaks."""
    if is_plain(text):  # most cells of a file: nothing to take away
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    text = _COMBINING_RUN.sub(r"\1", unicodedata.normalize("NFC", text))
    return text.strip()


def is_plain(text: str) -> bool:
    """True of a line that ``clean_text`` only trims; False says nothing. Twenty times quicker than cleaning it."""
    return _PLAIN.fullmatch(text) is not None


def clean_line(text: str) -> str:
    """Same as clean_text on one line: every run of white space becomes one space."""
    return " ".join(clean_text(text).split())


def fold(text: str) -> str:
    """Gives the text in capitals, without accent or punctuation, words separated by one space: for comparing."""
    if text.isascii():
        return _NOT_ALNUM.sub(" ", text.upper()).strip()
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    plain = _NOT_ASCII.sub(_without_marks, unicodedata.normalize("NFKD", text))
    return _NOT_ALNUM.sub(" ", plain.upper()).strip()


def _without_marks(found: re.Match[str]) -> str:
    return "".join(c for c in found[0] if not unicodedata.combining(c))


def clean_email(text: str) -> str:
    """Gives the address squished, in lower case, without accent; commas and semicolons read as dots."""
    text = "".join(clean_line(text).split()).lower().replace(",", ".").replace(";", ".")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"\.{2,}", ".", plain)


def clean_phone(text: str) -> str:
    """Gives 01 23 45 67 89 for a French number (9 digits get their 0), +… for a foreign one, else the digits."""
    text = clean_line(text)
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+") and not text.startswith("+33"):
        return f"+{digits}"
    if digits.startswith("33") and len(digits) == 11:
        digits = digits[2:]
    if len(digits) == 9:
        digits = f"0{digits}"
    if len(digits) == 10:
        return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
    return digits


def clean_person_name(text: str) -> str:
    """Gives the name squished, first letter of each word in upper case, the rest as typed unless all capitals."""
    words = []
    for word in clean_line(text).split(" "):
        body = word.lower() if word.isupper() and len(word) > 1 else word
        words.append("-".join(part[:1].upper() + part[1:] for part in body.split("-")))
    return " ".join(words)
