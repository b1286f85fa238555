"""The error raised when sealed data, a wrapped seed or a set of shares cannot be opened."""


class CannotOpen(Exception):
    """Raised when sealed data, a wrapped seed or a set of shares cannot be opened.

    The error never says what or why, so that no caller becomes an oracle.
    """

    def __init__(self) -> None:
        super().__init__("cannot open")
