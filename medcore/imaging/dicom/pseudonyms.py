"""Names in place of names: the same within a session, another in the next, and no way back.

Each is a keyed hash (HMAC-SHA-256) under the session's secret, which is never stored: who has the files and guesses a
name cannot try whether it fits, and two exports of one session belong together.
"""

import hashlib
import hmac
import re
from datetime import date, timedelta

_MOST_DAYS = 3650
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Pseudonyms:
    """Replacements for one patient's identifiers.

    Args:
        secret: of the session.
        patient: what tells this patient from others: id, or name, or study.
    """

    def __init__(self, secret: bytes, patient: str) -> None:
        self._secret = secret
        self._patient = " ".join(patient.upper().split())

    @property
    def patient(self) -> str:
        """Eight hexadecimal digits in place of name and id."""
        return self._hash("patient", self._patient).hex()[:8].upper()

    @property
    def key(self) -> str:
        """A long code in place of what tells this patient from others; tells nothing without the secret."""
        return self._hash("key", self._patient).hex()

    @property
    def days(self) -> int:
        """How far all of the patient's dates are moved into the past: 1 to 3,650 days."""
        return 1 + int.from_bytes(self._hash("days", self._patient)[:8], "big") % _MOST_DAYS

    def uid(self, given: str) -> str:
        """A UID in place of one (PS3.5 annex B.2: "2.25." and a UUID as a number)."""
        bits = int.from_bytes(self._hash("uid", given)[:16], "big")
        random = bits & ~(0xF << 76) & ~(0x3 << 62) | (0x4 << 76) | (0x2 << 62)  # version and variant (RFC 9562)
        return f"2.25.{random}"

    def term(self, given: str) -> str:
        """A code in place of a text that is no term of the standard, so that different ones stay different."""
        return f"X{self._hash('term', given).hex()[:6].upper()}"

    def date(self, given: str) -> str:
        """A date moved like all others of the patient; "" for what is no date."""
        parts = _DATE.fullmatch(given.strip())
        if parts is None:
            return ""
        try:
            moved = date(*map(int, parts.groups())) - timedelta(self.days)
        except (ValueError, OverflowError):
            return ""
        return moved.isoformat().replace("-", "")

    def _hash(self, kind: str, given: str) -> bytes:
        return hmac.digest(self._secret, f"{kind} {given}".encode("utf-8", "replace"), hashlib.sha256)
