"""What a broken workbook may raise, whoever reads it: every reader tells all of these in one sentence."""

from __future__ import annotations

import struct
import zipfile
import zlib
from xml.etree.ElementTree import ParseError  # nosec B405: the exception only, nothing is parsed with it

from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

# Of zipfile (NotImplementedError: a compression it does not know; RuntimeError: a password), of the XML readers and of
# openpyxl, on a file that is not a workbook or a broken one.
BROKEN_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException, DefusedXmlException, ParseError, KeyError,
    ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError,
    OverflowError, AssertionError,
)  # fmt: skip
