import re

from streamlit.testing.v1 import AppTest

from medcore.ui.plain import plain


def test_markup_is_escaped_and_lines_are_joined():
    assert plain("a *b*\n$c$ :red[d]") == r"a \*b\* \$c\$ \:red\[d\]"


def test_ordinary_words_stay():
    text = "The file (a.npz) is damaged; fetch it again! Received: 3"
    assert plain(text) == text


def test_streamlit_takes_it():
    def page():
        import streamlit as st

        from medcore.ui.plain import plain

        st.markdown(plain("[x](here) <b>"))

    assert AppTest.from_function(page, default_timeout=60).run().markdown[0].value == r"\[x\](here) \<b\>"


def test_addresses_are_no_links():
    for text in ("see https://evil.example/a", "www.evil.example", "write to jane@evil.example"):
        shown = plain(text)
        assert shown.replace("\N{WORD JOINER}", "") == text
        assert not re.search(r"https?://|www\.|\w@\w", shown)
