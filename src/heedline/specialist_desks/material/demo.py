"""Invented items of the online material desk, at several stages."""

from __future__ import annotations

from heedline.desk_hooks.hooks import DemoScene


def load(scene: DemoScene) -> None:
    """Let the examiners of the demonstration work on items."""
