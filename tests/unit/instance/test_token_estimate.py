"""What an answer costs is estimated too high, never too low; parts of a text are the text, and end between characters."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.compact_json import to_json
from affino_mcp.instance.token_estimate import cut_text, estimate_tokens, is_within

MEASURED = {
    "english": (
        "The renewal is agreed in principle; legal asks for the data processing addendum before the end of the quarter.",
        22,
    ),
    "german": (
        "Benutzerfreundliche Oberflächen ermöglichen Geschäftsführern einen Überblick über Vertragsverlängerungen.",
        19,
    ),
    "russian": ("Мы представляем весной новые продукты и бесплатное обучение для всех клиентов.", 16),
    "greek": ("Παρουσιάζουμε νέα προϊόντα την άνοιξη και δωρεάν εκπαίδευση.", 23),
    "arabic": ("نقدم في الربيع منتجات جديدة وتدريبا مجانيا لجميع العملاء.", 17),
    "hindi": ("हम वसंत में नए उत्पाद पेश करते हैं और सभी ग्राहकों को मुफ्त प्रशिक्षण देते हैं।", 22),
    "chinese": ("我们在四月份发布了新产品，并为所有客户提供免费的培训课程。", 18),
    "rare chinese": ("汵駛鎩庱絚魍読鸗顙噣鮄侯訏漲钀毾暋許錾鑚諹胕慇殯齃慨郷翩俰嘲执馩卺璏凸灼誃騠羝蒥", 77),
    "japanese": ("春の新製品をすべてのお客様に紹介します。設定は簡単です。", 22),
    "korean": ("우리는 봄에 새로운 제품을 소개하고 모든 고객에게 무료 교육을 제공합니다.", 19),
    "rare korean": ("앇탬존뒕썤눼깋뒳쮬맣벂휂쟪퐛뽄웴챶쒲킼쉵츮텱옕텤뫟속귕뷦틅훶뙰샣캬킚크늩헳릃풂킴", 90),
    "vietnamese": ("Chúng tôi giới thiệu sản phẩm mới vào mùa xuân và đào tạo miễn phí.", 19),
    "thai": ("เราแนะนำผลิตภัณฑ์ใหม่ในฤดูใบไม้ผลิและการฝึกอบรมฟรี", 25),
    "ethiopic": ("በጸደይ ወቅት አዳዲስ ምርቶችን እናስተዋውቃለን", 56),
    "cuneiform": ("𒄑𒄣𒁿𒁀𒇭𒊎𒇯𒁚𒅠𒁄𒆤𒂚𒀔𒄬𒆵𒆩𒁹𒀭𒉫𒉵𒀮𒆂𒋟𒉘𒅒𒈴𒄝𒈅𒃱𒀤", 122),
    "emoji": ("🐽🌇🍎🍮🕦🔤🌠🏊💡🐪🕱🐍🎟🗂🌫👛👁👰🎍💂💁📗🔔💋🖓🕡🖹🔼🍩🕻🔇🐕💹🖉🗡🗜🏳🐴💿🐈", 92),
    "joined emoji": (
        "\U0001f469\u200d\U0001f4bb\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308\U0001f44d\U0001f3fd\U0001f1ec\U0001f1e7\U0001f469\u200d\U0001f4bb\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308\U0001f44d\U0001f3fd\U0001f1ec\U0001f1e7\U0001f469\u200d\U0001f4bb\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308\U0001f44d\U0001f3fd\U0001f1ec\U0001f1e7\U0001f469\u200d\U0001f4bb\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308\U0001f44d\U0001f3fd\U0001f1ec\U0001f1e7",
        106,
    ),
    "combining marks": (
        "u\u0323\u0323u\u0323\u0323a\u031b\u031bu\u0323\u0323a\u031b\u031bu\u0361\u0361e\u0301\u0301i\u031b\u031bi\u0323\u0323u\u0323\u0323o\u0301\u0301u\u0301\u0301a\u0323\u0323i\u031b\u031bi\u0361\u0361u\u0323\u0323e\u0323\u0323e\u0323\u0323i\u0361\u0361i\u0323\u0323o\u0301\u0301a\u0361\u0361e\u0323\u0323u\u0308\u0308i\u0308\u0308i\u0308\u0308o\u0301\u0301a\u0361\u0361i\u0323\u0323e\u031b\u031b",
        112,
    ),
    "hexadecimal": (
        "52a6e87316a58a2b4d98ebd9dd1d460fd71e9a72937116d10f35970d13a48f1b763357840fc1878d1fa0141312f12fa5",
        59,
    ),
    "base64": ("OjSXXMUHyQ2pqaWkwfV6Wf3gV/O116cFBIj2C2qdPVHp7pWnOna8sEXflmWwdRpdo9KMleEnmhPxjExF6YGVYS1kWE0u19tZ", 69),
    "digits": ("221778792243298538469994340476329535726793798071607331343342290420526111144057950055667139", 32),
    "punctuation": ("~^)?(<%`({;'\\\\{=;'@(~[$=,*,\\|('*@_>,|}>,%',^['<<]$)#}<:[@^{%[~(*<'((,-_^)*^-+,-;", 52),
    "small letters": ("lzjazonmkrsjupqvwjvpatgxuadyyvhpfquoggzqgbquodsjveeozctbalthqcprakkklwwectybwcxkzgcgnwyhpk", 49),
    "capitals": ("DZBNCGWFMPPWCRNGUPJAOOYWMOFOBXILLOQLTMHAZGIZLEORGFGAFSMQFUAEDTFOPFBAMOKNBWWBHMBMPAHHDMPGFK", 49),
    "single letters": ("t d l d t b z x j i z o z j p h r i a k u l k c b v n c s t a d a v c a f q b p", 42),
    "escapes": (
        '\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\\n\t"\\',
        100,
    ),
    "html": ('<p>Read <strong>this</strong> &amp; <a href="/a?b=1">that</a>.</p>', 31),
    "address": (
        "https://media.example/media/7/aB3?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=3f9a8b7c6d5e4f3a2b1c",
        93,
    ),
}
"""Texts and what the JSON of them costs, measured with o200k (tiktoken 0.14)."""

PIECES = st.lists(
    st.sampled_from(
        [
            "word ",
            "<p>",
            "</p>",
            "&amp;",
            "&hellip;",
            "é",
            "e\u0301",
            "汉字",
            "👩\u200d💻",
            "👍🏽",
            "🇬🇧🇩🇪",
            '"',
            "\\",
            "\n",
            "x" * 90,
        ]
    )
    | st.text(max_size=8),
    max_size=60,
).map("".join)


@pytest.mark.parametrize("name", MEASURED)
def test_an_estimate_is_not_below_what_was_measured(name: str) -> None:
    text, tokens = MEASURED[name]
    assert tokens <= estimate_tokens(text) <= 7 * tokens


@settings(deadline=None)
@given(PIECES)
def test_no_estimate_is_above_the_bytes_by_much_and_none_is_nothing(text: str) -> None:
    assert 0 < estimate_tokens(text) <= 2 * len(to_json(text).encode())
    assert is_within(text, estimate_tokens(text))


@settings(deadline=None)
@given(PIECES, st.integers(30, 200))
def test_parts_rejoin_exactly_and_each_fits(text: str, limit: int) -> None:
    parts, rest = [], text
    while rest:
        part = cut_text(rest, limit)
        assert part
        assert estimate_tokens(part) <= limit + 2
        parts.append(part)
        rest = rest[len(part) :]
    assert "".join(parts) == text


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["e\u0301", "👩\u200d💻", "👍🏽", "🇬🇧", "&hellip;", "&#8230;", "字", "q"]),
        min_size=30,
        max_size=90,
    )
)
def test_a_part_ends_between_characters_as_people_see_them(found: list[str]) -> None:
    text, ends, at = "".join(found), set[int](), 0
    for each in found:
        at += len(each)
        ends.add(at)
    assert len(cut_text(text, 25)) in ends


def test_a_part_ends_after_a_blank_or_a_tag_where_one_is_near() -> None:
    text = "<p>" + "some words of a text " * 300 + "</p>"
    part = cut_text(text, 200)
    assert part.endswith(" ")
    assert re.search(r"[\s>]$", part)
    assert unicodedata.category(text[len(part)]) == "Ll"


@pytest.mark.parametrize(
    "text", ["x" * 400_000, "& " * 200_000, '"' * 400_000, "汉" * 200_000, "e" + "\u0301" * 30], ids=repr
)
def test_a_cut_costs_little_for_any_text(text: str) -> None:
    began = time.process_time()
    assert text.startswith(cut_text(text, 20_000))
    assert time.process_time() - began < 1
