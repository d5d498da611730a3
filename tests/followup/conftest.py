"""What the tests of files share."""

from tests.watchlists.conftest import as_ as as_
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
