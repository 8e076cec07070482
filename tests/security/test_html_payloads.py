"""HTML that an agent writes is harmless when it is read: no payload leaves an element, an attribute or a scheme that acts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.flow.office import Office, staffed
from tests.security.figures import Figures
from tests.unit.instance.engine.test_html_policy import Found
from tests.world import World

PAYLOADS = r"""
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<script/x>alert(1)</script>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script>alert(1)
</script><script>alert(1)</script>
<<script>alert(1);//<</script>
<img src=x onerror=alert(1)>
<img/src=x/onerror=alert(1)>
<img src="x` `<script>alert(1)</script>"` `>
<img src=javascript:alert(1)>
<img src="jav&#x09;ascript:alert(1)">
<img src="jav&#x0A;ascript:alert(1)">
<img src=" &#14; javascript:alert(1)">
<img lowsrc=javascript:alert(1)>
<img dynsrc=javascript:alert(1)>
<img srcset="javascript:alert(1) 1x">
<img src=data:text/html;base64,PHNjcmlwdD4=>
<a href=javascript:alert(1)>x</a>
<a href=JaVaScRiPt:alert(1)>x</a>
<a href="&#106;&#97;vascript:alert(1)">x</a>
<a href="&#x6A;avascript&colon;alert(1)">x</a>
<a href="java&NewLine;script:alert(1)">x</a>
<a href="java&Tab;script:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href=vbscript:msgbox(1)>x</a>
<a href="\x01javascript:alert(1)">x</a>
<a href="//evil.example" target=_blank onclick=alert(1)>x</a>
<a href="https://good.example" rel=opener ping=https://evil.example>x</a>
<a xlink:href=javascript:alert(1)>x</a>
<blockquote cite=javascript:alert(1)>x</blockquote>
<q cite="data:text/html,x">x</q>
<del cite=javascript:alert(1)>x</del>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>
<svg><animate attributeName=href values=javascript:alert(1) /></svg>
<svg><use href=data:image/svg+xml;base64,x /></svg>
<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>
<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<iframe src=javascript:alert(1)></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<object data=javascript:alert(1)></object>
<embed src=javascript:alert(1)>
<applet code=x></applet>
<base href=javascript:alert(1)//>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<link rel=stylesheet href=javascript:alert(1)>
<style>@import 'javascript:alert(1)';</style>
<style>*{background:url(javascript:alert(1))}</style>
<div style="background:url(javascript:alert(1))">x</div>
<div style="width:expression(alert(1))">x</div>
<p style=position:fixed;inset:0>x</p>
<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x</td></tr></table>
<body onload=alert(1)>
<body background=javascript:alert(1)>
<input autofocus onfocus=alert(1)>
<button formaction=javascript:alert(1)>x</button>
<form action=javascript:alert(1)><input type=submit></form>
<select onfocus=alert(1) autofocus></select>
<textarea><script>alert(1)</script></textarea>
<title><script>alert(1)</script></title>
<video src=x onerror=alert(1)></video>
<video poster=javascript:alert(1)></video>
<audio src=x onerror=alert(1)></audio>
<details open ontoggle=alert(1)>x</details>
<marquee onstart=alert(1)>x</marquee>
<isindex action=javascript:alert(1) type=image>
<frameset onload=alert(1)></frameset>
<!--[if gte IE 4]><script>alert(1)</script><![endif]-->
<!-- --!><script>alert(1)</script> -->
<![CDATA[<script>alert(1)</script>]]>
<?xml-stylesheet href=javascript:alert(1)?>
<template><script>alert(1)</script></template>
<slot onslotchange=alert(1)><p slot=x>x</p>
<p id=getElementById name=cookie class=admin>x</p>
<p onclick
=alert(1)>x</p>
<b onmouseover="alert(1)"//>x</b>
""".strip().splitlines()
PLACES = {
    "article": ("create_article", {"Title": "Tour", "standardSectionCode": "$section"}, "get_article"),
    "forum thread": ("create_forum_thread", {"ForumItemCode": "$forum", "Title": "Help"}, "get_forum_thread"),
    "forum post": ("create_forum_post", {"ForumThreadCode": "$thread"}, "get_forum_post"),
}


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    world = World()
    handler = world.new_handler()
    yield staffed(world, handler, world.create_profile(rate=6_000))
    handler.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_read_acts_nowhere(office: Office, figures: Figures, payload: str, place: str) -> None:
    tool, arguments, read = PLACES[place]
    office.client.world.clock.move(seconds=1)
    made = next(
        part
        for part in office.call(tool, arguments | {"Body": f"before {payload} behind"}).values()
        if isinstance(part, dict)
    )
    code = {"forum post": "ForumPostCode", "forum thread": "ForumThreadCode"}.get(place, "StandardItemCode")
    answer = office.call(read, {code: made[code]})
    texts = [text for text in _texts(answer) if "before" in text]
    assert texts, json.dumps(answer)
    assert [wrong for text in texts for wrong in Found(text).wrong] == []
    figures.record("HTML payloads", tried=1, of=len(PAYLOADS) * len(PLACES))


def _texts(answer: object) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    for part in answer if isinstance(answer, list) else answer.values() if isinstance(answer, dict) else ():
        yield from _texts(part)
