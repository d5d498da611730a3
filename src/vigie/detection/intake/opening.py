"""Opening a delivered file: bytes out of plain, gzip or zip files, in a stream, never trusted.

Refuses (UnreadableFile, message in French for the operator) what is truncated, nested, too large or escapes its folder.
Says nothing of lines and columns: see ``lines`` and ``reading``.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vigie.detection.intake.report import FileFacts
from vigie.kernel.errors import UnreadableFile

CHUNK = 4 << 20
MAX_BYTES = 4 << 30
MAX_RATIO = 100
RATIO_FROM = 16 << 20
MAX_ENTRIES = 100
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".zst")


def byte_chunks(source: str, path: Path, facts: FileFacts) -> Iterator[bytes]:
    """Gives the decompressed content; fills size, sha256 (of the file as received) and compression in ``facts``."""
    if path.is_symlink() or not path.is_file():
        raise UnreadableFile(source, "Le fichier n’existe pas ou n’est pas un fichier ordinaire.")
    facts.size = path.stat().st_size
    if facts.size == 0:
        facts.sha256 = hashlib.sha256().hexdigest()
        raise UnreadableFile(source, "Le fichier est vide.")
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(GZIP_MAGIC):
        facts.compression = "gzip"
        yield from _unnested(source, _bounded(source, _gunzip(source, path, facts), facts))
    elif head == ZIP_MAGIC or zipfile.is_zipfile(path):
        facts.compression = "zip"
        _hash(path, facts)
        yield from _unnested(source, _bounded(source, _unzip(source, path), facts))
    elif path.name.lower().endswith((".gz", ".zip")):
        _hash(path, facts)
        raise UnreadableFile(source, "Le fichier porte un nom d’archive mais n’en est pas une.")
    else:
        yield from _raw(path, facts)


def _hash(path: Path, facts: FileFacts) -> None:
    with path.open("rb") as file:
        facts.sha256 = hashlib.file_digest(file, "sha256").hexdigest()


def _raw(path: Path, facts: FileFacts) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk
    facts.sha256 = digest.hexdigest()


def _gunzip(source: str, path: Path, facts: FileFacts) -> Iterator[bytes]:
    """Every member of a gzip file; what follows the last one must be nothing."""
    decoder = zlib.decompressobj(wbits=31)
    pending = b""
    try:
        for chunk in _raw(path, facts):
            pending += chunk
            while pending:
                if decoder.eof:
                    if not GZIP_MAGIC.startswith(pending[:2]) or (len(pending) >= 2 and pending[:2] != GZIP_MAGIC):
                        raise UnreadableFile(source, "Des octets étrangers suivent l’archive gzip.")
                    decoder = zlib.decompressobj(wbits=31)
                data = decoder.decompress(pending, CHUNK)
                pending = decoder.unconsumed_tail or decoder.unused_data
                if data:
                    yield data
    except zlib.error as error:
        raise UnreadableFile(source, f"L’archive gzip est abîmée ({error}).") from error
    if not decoder.eof:
        raise UnreadableFile(source, "L’archive gzip est tronquée.")


def _unzip(source: str, path: Path) -> Iterator[bytes]:
    """The one file of a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = _only_member(source, archive)
            with archive.open(member) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
    # zipfile says NotImplementedError of a compression it does not know, RuntimeError of a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnreadableFile(source, "L’archive zip est abîmée ou tronquée.") from error


def _only_member(source: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(source, f"L’archive zip compte {len(entries)} entrées, une seule est attendue.")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in entry.filename or stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableFile(source, f"L’archive zip contient un chemin interdit : « {entry.filename[:80]} ».")
    files = [entry for entry in entries if not entry.is_dir()]
    if not files:
        raise UnreadableFile(source, "L’archive zip est vide.")
    if len(files) != 1:
        raise UnreadableFile(source, f"L’archive zip compte {len(files)} fichiers, un seul est attendu.")
    if files[0].flag_bits & 1:
        raise UnreadableFile(source, "L’archive zip est protégée par un mot de passe.")
    if files[0].filename.lower().endswith(ARCHIVES):
        raise UnreadableFile(source, "L’archive zip contient une autre archive.")
    return files[0]


def _bounded(source: str, chunks: Iterator[bytes], facts: FileFacts) -> Iterator[bytes]:
    """Stops a decompression bomb while it grows."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES or (size > RATIO_FROM and size > MAX_RATIO * facts.size):
            raise UnreadableFile(
                source,
                "L’archive se décompresse en un volume anormal "
                f"(plus de {MAX_RATIO} fois sa taille, ou plus de {MAX_BYTES >> 30} Gio). Le fichier est refusé.",
            )
        yield chunk


def _unnested(source: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = True
    for chunk in chunks:
        if first and (chunk.startswith((GZIP_MAGIC, ZIP_MAGIC))):
            raise UnreadableFile(source, "L’archive contient une autre archive. Livrez un seul niveau de compression.")
        first = False
        yield chunk
