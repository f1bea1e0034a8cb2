"""Text from files and errors, so that Markdown shows it as it is."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$]|:(?=\w))")
_ADDRESS = re.compile(r"(?i)(?<=\w)(://)|\b(www)(?=\.)|(@)")
"""What makes a link of bare text."""
_JOINER = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """The text in one line, with everything escaped that Streamlit's Markdown would read as markup."""
    unlinked = _ADDRESS.sub(lambda found: f"{_JOINER}{found[0]}{_JOINER}", " ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", unlinked)
