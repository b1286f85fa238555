"""The vault's only error, raised when something cannot be opened."""


class CannotOpen(Exception):
    """Raised when something cannot be opened.

    The error never says what or why, so that no caller becomes an oracle.
    """

    def __init__(self) -> None:
        super().__init__("cannot open")
