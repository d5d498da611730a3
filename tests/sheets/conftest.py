"""The sheets are tried on the small invented lists of ``watchlists``."""

from tests.watchlists.conftest import as_ as as_
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
