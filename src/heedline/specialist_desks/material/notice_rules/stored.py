"""Serialise a notice's content and replies for sealing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from heedline.specialist_desks.material.notice_rules.content import (
    NoticeAddressee,
    NoticeAuthority,
    NoticeBasis,
    NoticeConstable,
    NoticeContent,
    NoticeGround,
    NoticeItem,
)
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice's sealed data: its content, company and channel.

    `channel` is the number of the channel among those of the company, or None for a letter.
    """

    content: NoticeContent = field(repr=False)
    company: str
    channel: int | None

    def to_words(self) -> dict[str, Any]:
        """Serialise the notice for sealing."""
        said = asdict(self.content)
        return {"company": self.company, "channel": self.channel, "content": _plain(said)}

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> StoredNotice:
        """Return a notice from its sealed form."""
        said = dict(words["content"])
        to, officer = said["addressee"], said["constable"]
        return cls(
            NoticeContent(
                **{
                    **said,
                    "basis": NoticeBasis(said["basis"]),
                    "dated": date.fromisoformat(said["dated"]),
                    "addressee": NoticeAddressee(**{**to, "kind": ChannelKind(to["kind"])}),
                    "authority": NoticeAuthority(**said["authority"]),
                    "items": tuple(
                        NoticeItem(**{**one, "seen_on": date.fromisoformat(one["seen_on"])})
                        for one in said["items"]
                    ),
                    "grounds": tuple(NoticeGround(**one) for one in said["grounds"]),
                    "acknowledge_by": _moment(said["acknowledge_by"]),
                    "answer_by": _moment(said["answer_by"]),
                    "constable": NoticeConstable(**officer) if officer else None,
                }
            ),
            str(words["company"]),
            words["channel"],
        )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _plain(one: Any) -> Any:
    """Return a copy of a value with all dates and times as ISO 8601 strings."""
    if isinstance(one, Mapping):
        return {key: _plain(value) for key, value in one.items()}
    if isinstance(one, list | tuple):
        return [_plain(value) for value in one]
    if isinstance(one, date):
        return one.isoformat()
    return one
