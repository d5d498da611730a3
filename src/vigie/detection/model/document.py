"""A document of headings, paragraphs, lists, tables and figures, written once and printed as Markdown and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
body{font-family:Marianne,Arial,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
body{color:#161616;line-height:1.5}
h1,h2,h3{line-height:1.25}table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}
caption{text-align:left;font-weight:700;padding:.25rem 0}
th,td{border:1px solid #ddd;padding:.3rem .6rem;text-align:left}td.n{text-align:right;white-space:nowrap}
figure{margin:1rem 0}svg{max-width:100%;height:auto}figcaption{font-size:.9rem;color:#3a3a3a}
"""


@dataclass(frozen=True)
class Heading:
    """level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption and heads; figures are right-aligned from the second column on."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A drawing (SVG), the name of its file, and what it shows in words."""

    name: str
    svg: str
    caption: str


Block = Heading | Paragraph | Bullets | Table | Figure


def markdown(blocks: Sequence[Block]) -> str:
    """The document as Markdown; figures are links to files beside it."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.text}"
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Bullets):
        return "\n".join(f"- {item}" for item in block.items)
    if isinstance(block, Figure):
        return f"![{block.caption}]({block.name}.svg)"
    lines = [f"**{block.caption}**", "", _row(block.heads), _row(["---"] * len(block.heads))]
    return "\n".join([*lines, *(_row(row) for row in block.rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def html(title: str, blocks: Sequence[Block]) -> str:
    """The document as one HTML file, figures inside, nothing loaded from elsewhere."""
    body = "\n".join(_html(block) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Figure):
        figure = block.svg.replace("<svg", f'<svg role="img" aria-label="{escape(block.caption, quote=True)}"', 1)
        return f"<figure>{figure}<figcaption>{escape(block.caption)}</figcaption></figure>"
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in block.heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f'<td class="n">{escape(c)}</td>' for c in row[1:])
        + "</tr>"
        for row in block.rows
    )
    return (
        f"<table><caption>{escape(block.caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
