"""The one error of the vault."""


class CannotOpen(Exception):
    """Something did not open. Never says what or why, so that no caller becomes an oracle."""

    def __init__(self) -> None:
        super().__init__("cannot open")
