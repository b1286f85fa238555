"""Display names of evidence kinds, verdicts, files and capture details."""

from __future__ import annotations

from heedline.specialist_desks.material.evidence.chain import EvidenceKind
from heedline.specialist_desks.material.hashes import Band
from heedline.specialist_desks.material.liveness import LivenessVerdict

KINDS = {
    EvidenceKind.CAPTURE: "Captured page",
    EvidenceKind.CHECK: "Check whether it is still there",
    EvidenceKind.UPLOAD: "Uploaded evidence",
}
VERDICTS = {
    LivenessVerdict.LIVE: "It is there",
    LivenessVerdict.REMOVED_404: "It is gone: the page is missing and the site answers",
    LivenessVerdict.REMOVED_TOMBSTONE: "It is gone: the page says that it was removed",
    LivenessVerdict.LOGIN_WALL: "Not known: the site asks to log in",
    LivenessVerdict.GEO_BLOCKED: "Not known: the site does not show it in this country",
    LivenessVerdict.CHANGED: "The page has changed. Look at it",
    LivenessVerdict.MOVED: "The address leads to another page. Look at it",
    LivenessVerdict.UNREACHABLE: "Not known: the site does not answer",
    LivenessVerdict.BLOCKED_US: "Not known: the site refuses automated visitors",
    LivenessVerdict.UNSURE: "Not known: the answer is unclear",
}
FILES = {"picture": "Picture of the page", "text": "Visible text", "upload": "Uploaded file"}
BANDS = {
    Band.SAME: "The same",
    Band.RE_ENCODED: "Nearly the same",
    Band.EDITED: "Possibly the same, with changes:",
}
BY = {"file": "file", "picture": "picture", "text": "text"}
NOTES = {
    "did-not-finish": "The page did not finish loading",
    "cut-off": "The page is longer than its picture",
    "no-picture": "No picture could be taken",
    "warc-cut-off": "Not everything that was loaded is in the archive file",
    "download": "The page tried to download a file",
    "popup": "The page tried to open another page",
    "damaged": "A file of this entry is missing from storage or was changed. Tell the operator",
    "suspended": "A rule for such pages fires on nearly all items of the platform, so it was not asked. Look at the page",
    "too-much": "The page was larger than allowed",
}
