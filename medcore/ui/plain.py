"""Text from files and errors, so that Markdown shows it as it is."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$]|:(?=\w))")


def plain(text: str) -> str:
    """The text in one line, with everything escaped that Streamlit's Markdown would read as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
