"""The one error of the vault."""


class CannotOpen(Exception):  # noqa: N818 - a sentence, and the name the design gives it
    """Something did not open. Never says what or why, so that no caller becomes an oracle."""

    def __init__(self) -> None:
        super().__init__("cannot open")
