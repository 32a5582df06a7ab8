"""The plain implementation."""

from v7thompson._plain.featurise import featurise
from v7thompson.backend import Featuriser


class PlainBackend:
    """NumPy and plain Python."""

    name = "numpy"

    def featuriser(self) -> Featuriser:
        """Needs no workspace."""
        return featurise
