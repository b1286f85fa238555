"""View data for a report's messages and requested translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from heedline.casework.language.lines import TranslationLine
from heedline.casework.pages.case_lines import MessageLine, Row, Words, message_lines
from heedline.casework.report import report_language
from heedline.casework.report.question_editions import language_words


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """A message from the reporter that seems to be in another language and that nobody has been asked to translate."""

    id: UUID
    when_words: str
    language: str
    language_words: str


@dataclass(frozen=True)
class CaseMessages:
    """The messages exchanged with the reporter, and all translations of them and of the report.

    Messages are ordered oldest first.
    """

    lines: tuple[MessageLine, ...] = field(repr=False)
    translations: tuple[TranslationLine, ...] = field(repr=False, default=())

    @property
    def unread(self) -> tuple[UUID, ...]:
        """Return the ids of the reporter's messages that have not been marked as read."""
        return tuple(one.id for one in self.lines if one.new)

    @property
    def untranslated(self) -> tuple[ForeignMessage, ...]:
        """Return the reporter's messages that seem to be in another language, without a translation or a request for one."""
        asked = {one.message for one in self.translations if not one.outward and (one.waiting or one.done)}
        found = []
        for one in self.lines:
            guess = None if one.from_us or one.id in asked else report_language.guess_of(one.text)
            if guess is not None and (words := language_words(guess.code)):
                found.append(ForeignMessage(one.id, one.when_words, guess.code, words))
        return tuple(found)

    @property
    def copies_deleted(self) -> bool:
        """Return True if the reporter has deleted their copy of a message from the desk."""
        return any(one.copy_deleted for one in self.lines)

    @property
    def unread_when_deleted(self) -> bool:
        """Return True if the reporter deleted a message from the desk before marking it as read."""
        return any(one.copy_deleted and not one.seen for one in self.lines)

    @property
    def back_since_deletion(self) -> bool:
        """Return True if the reporter has used their code since deleting their copy.

        Only a message that the desk sent since shows it, once it is marked as read or answered. Deleting takes every
        earlier copy.
        """
        asked_since = False
        for one in self.lines:
            asked_since = asked_since or (one.from_us and not one.copy_deleted)
            if asked_since and (one.seen or not one.from_us):
                return self.copies_deleted
        return False


def messages_of(
    report: UUID, said: Sequence[Row], words: Words, translations: tuple[TranslationLine, ...]
) -> CaseMessages:
    """Return a report's messages.

    `said` holds their rows, and `words` the decrypted texts by container.
    """
    return CaseMessages(message_lines(report, said, words, translations), translations)
