"""Text in, search key, slug, Vietnamese order."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetup.domain.text import clean, collation_key, fold, for_xml, given_name_key, slug
from meetup.errors import InvalidInput

ANYTHING = st.text(st.characters(exclude_categories=("Cs",)))


def test_what_is_kept_is_nfc_without_controls() -> None:
    assert clean(unicodedata.normalize("NFD", " Đầm\u200b Dơi\x00\x1b ")) == "Đầm\u200b Dơi"
    assert clean("a\tb\nc") == "a b c"
    assert clean("a\tb\r\nc\u2028d\x0be", multiline=True) == "a\tb\nc\nd\ne"
    assert clean("\ufeff \u200b ") == ""


def test_what_is_no_character_goes() -> None:
    assert clean("Xin\ufffe chào\uffff \ufdd0các\U0001fffe bà") == "Xin chào các bà"


@given(st.text(st.characters()))
def test_what_xml_cannot_say_is_left_out_of_it(text: str) -> None:
    kept = for_xml(text)
    escaped = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    assert ElementTree.fromstring(f"<a>{escaped}</a>".encode()).text == (kept or None)
    assert for_xml(kept) == kept


def test_overrides_go_and_isolates_stay_in_texts_only() -> None:
    assert clean("ảnh\u202egpj.exe") == "ảnhgpj.exe"
    assert clean("\u2066שלום\u2069") == "שלום"
    assert clean("\u2066שלום\u2069", multiline=True) == "\u2066שלום\u2069"


def test_what_is_damaged_or_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        clean("a\ud800b")
    with pytest.raises(InvalidInput, match="6 characters long; 5") as caught:
        clean("ế" * 6, max_length=5, field="title")
    assert caught.value.faults[0].field == "title"
    assert clean(unicodedata.normalize("NFD", "ế" * 5), max_length=5) == "ế" * 5


@given(ANYTHING, st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, multiline: bool) -> None:
    once = clean(text, multiline)
    assert clean(once, multiline) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not [c for c in once if unicodedata.category(c) == "Cc" and c not in "\t\n"]
    assert multiline or not set(once) & {"\n", "\t"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đầm  Dơi", "dam doi"),
        ("ĐẤT MŨI", "dat mui"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        (unicodedata.normalize("NFD", "Vướng mắc"), "vuong mac"),
        ("UBND", "ubnd"),
        ("Straße", "strasse"),
        ("İ", "i"),
        ("  ", ""),
    ],
)
def test_the_search_key(text: str, key: str) -> None:
    assert fold(text) == key


@given(ANYTHING)
def test_a_search_key_is_its_own_and_knows_no_case_or_form(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_slugs() -> None:
    assert slug("Vướng mắc đất đai") == "vuong-mac-dat-dai"
    assert slug("  Kỳ 37: Thuế & hoá đơn! ") == "ky-37-thue-hoa-don"
    assert slug("咖啡") == ""
    assert slug("một hai ba bốn", max_length=9) == "mot-hai"
    assert slug("một-hai", max_length=7) == "mot-hai"
    assert slug("mộthaiba", max_length=3) == "mot"


@given(ANYTHING, st.integers(1, 30))
def test_a_slug_is_fit_for_an_address(text: str, length: int) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(text, length))
    assert len(slug(text, length)) <= length


def ordered(text: str) -> list[str]:
    backwards = text.split()[::-1]
    return sorted(backwards, key=collation_key)


def test_vietnamese_order_letters_first_tones_second() -> None:
    letters = "a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y"
    assert ordered(letters) == letters.split()
    tones = "ma mà mả mã má mạ man màn"
    assert ordered(tones) == tones.split()
    names = "An Ân Bình Dung Đạt Em Êm Oanh Ôn Uyên Ước Yến 中"
    assert ordered(names) == names.split()
    # The tone decides only between words of the same letters.
    assert ordered("bán ban bàn bang") == ["ban", "bàn", "bán", "bang"]
    assert sorted(["Hòa 10", "Hoa", "Hòa"], key=collation_key) == ["Hoa", "Hòa", "Hòa 10"]
    assert sorted(["B", "b"], key=collation_key) == ["b", "B"]
    assert collation_key(unicodedata.normalize("NFD", "Ước"))[:2] == collation_key("Ước")[:2]


def test_people_are_sorted_by_given_name() -> None:
    people = ["Trần Văn Bình", "Lê Thị Ánh", "Đặng Văn An", "Nguyễn An", ""]
    assert sorted(people, key=given_name_key) == ["", "Đặng Văn An", "Nguyễn An", "Lê Thị Ánh", "Trần Văn Bình"]


@given(st.lists(ANYTHING, max_size=8))
def test_any_text_can_be_ordered_and_only_equal_ones_are_equal(texts: list[str]) -> None:
    stripped = [" ".join(text.split()) for text in texts]
    keys = {collation_key(text) for text in stripped}
    assert len(keys) == len(set(stripped))
    assert len(sorted(keys)) == len(keys)
