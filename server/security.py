"""Whom to tell of a hole in the server: security.txt (RFC 9116)."""

import re
from datetime import date

PATH = "/.well-known/security.txt"
_CONTACT = re.compile(r"https://[!-~]+|mailto:[!-?A-~]+@[!-?A-~]+", re.ASCII)
_MONTHS = 6


def is_contact(text: str) -> bool:
    """Return whether `text` is an address that a Contact field may have: https: or mailto:."""
    return _CONTACT.fullmatch(text) is not None


def security_txt(contact: str, base: str, today: date) -> bytes:
    """Return the file; it expires with the month that is six months after `today`, in UTC."""
    years, month = divmod(today.month + _MONTHS, 12)
    expires = date(today.year + years, month + 1, 1)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {base}{PATH}",
    )
    return "".join(f"{line}\n" for line in lines).encode()
