"""Small judgements on what people type in the public form (pure)."""

from __future__ import annotations

# Domains that lend an address for ten minutes: no adviser could answer there.
DISPOSABLE = frozenset(
    {
        "10minutemail.com", "guerrillamail.com", "jetable.org", "mailinator.com", "sharklasers.com", "temp-mail.org",
        "tempmail.com", "throwawaymail.com", "trashmail.com", "yopmail.com", "yopmail.fr",
    }
)  # fmt: skip

KNOWN_DOMAINS = (
    "gmail.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "outlook.fr", "outlook.com",
    "hotmail.fr", "hotmail.com", "yahoo.fr", "yahoo.com", "icloud.com", "bbox.fr", "live.fr",
)  # fmt: skip

# Fewer edits than this between a description and the template it started from: nothing was written.
TEMPLATE_DISTANCE = 10


def distance(first: str, second: str, *, most: int) -> int:
    """The number of letters to add, remove or change from one text to the other; ``most`` when it is that or more."""
    if abs(len(first) - len(second)) >= most:
        return most
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, start=1):
        previous, row[0] = row[0], i
        best = row[0]
        for j, right in enumerate(second, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
            best = min(best, row[j])
        if best >= most:
            return most
    return min(row[-1], most)


def only_the_template(description: str, prefill: str) -> bool:
    """True when a description is the proposed template, hardly touched."""
    if not prefill:
        return False
    left, right = " ".join(description.split()), " ".join(prefill.split())
    return distance(left, right, most=TEMPLATE_DISTANCE) < TEMPLATE_DISTANCE


def is_disposable(email: str) -> bool:
    """True for an address that will not last the day."""
    return email.rpartition("@")[2].lower() in DISPOSABLE


def suggestion(email: str) -> str:
    """The address probably meant (« gmial.com » for « gmail.com »), or an empty text."""
    local, _, domain = email.rpartition("@")
    if not local or domain in KNOWN_DOMAINS:
        return ""
    near = [known for known in KNOWN_DOMAINS if distance(domain, known, most=3) <= 2 and known[0] == domain[:1]]
    return f"{local}@{near[0]}" if near else ""
