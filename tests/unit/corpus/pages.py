"""Small invented news pages, each with the paragraphs that are its body."""

# ruff: noqa: E501  # a page is easier to read unbroken

from __future__ import annotations

from typing import NamedTuple

A = (
    "The harbour council of Mell voted on Monday to repair the north quay before the winter "
    "storms arrive, after a survey had found cracks in eleven of its forty pillars."
)
B = (
    "Ferries to the island of Sund will leave from the fish market until the work is finished, "
    "and the council expects that to take no longer than five months."
)
C = (
    "Captain Ida Orr, who has sailed the route for twenty years, told reporters that the detour "
    "would cost each crossing nine minutes and a good deal of patience."
)
D = (
    "The money comes from a levy on cruise ships that was introduced in spring and has brought in "
    "more than the treasurer had dared to hope for."
)
BODY = f"<p>{A}</p>\n<p>{B}</p>\n<p>{C}</p>\n<p>{D}</p>"
TEXT = (A, B, C, D)

NAV = (
    '<nav><ul><li><a href="/">Front page</a></li><li><a href="/sea">Sea</a></li>'
    '<li><a href="/town">Town</a></li></ul></nav>'
)
FOOTER = "<footer><p>Mell Mail is a paper of the Quayside Press. All rights reserved.</p></footer>"


class Example(NamedTuple):
    """A page and its body, one string for each paragraph."""

    name: str
    source: str
    body: tuple[str, ...]


def page(inner: str, head: str = "<title>Quay to be repaired | Mell Mail</title>") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{head}</head>\n'
        f"<body>{NAV}\n<main><article>{inner}</article></main>\n{FOOTER}</body></html>"
    )


def _words(text: str, tag: str, attributes: str = "") -> str:
    """Set every fifth word in an element."""
    words = text.split(" ")
    words[::5] = [f"<{tag}{attributes}>{word}</{tag}>" for word in words[::5]]
    return " ".join(words)


_ROWS = (("Pillar", "Cracks"), ("North one", "14"), ("North two", "9"), ("North three", "none"))
_TABLE = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in _ROWS)
_LIST = (
    "The repair starts on the first Monday of October.",
    "Cars have to be on board ten minutes earlier than before.",
    "Season tickets stay valid on the detour.",
)
_QUOTE = (
    "“Nobody likes to wait in the rain, but a quay that falls into the sea is worse,” she said."
)
_SENTENCES = "".join(f"<div>{text}</div>" for text in TEXT)
_FIGURE = "<figure><img src=q.jpg><figcaption>The north quay in May.</figcaption></figure>"
_SHORT = "The lighthouse of Mell will be lit again on Friday."

PAGES = (
    Example("plain paragraphs", page(BODY), TEXT),
    Example("a title is no body", page(f"<h1>Quay to be repaired</h1>{BODY}"), TEXT),
    Example(
        "a list in the middle",
        page(
            f"<p>{A}</p><p>{B}</p><ul>{''.join(f'<li>{x}</li>' for x in _LIST)}</ul><p>{C}</p><p>{D}</p>"
        ),
        (A, B, *_LIST, C, D),
    ),
    Example(
        "a nested list",
        page(
            f"<p>{A}</p><p>{B}</p><ol><li>{_LIST[0]}<ul><li>{_LIST[1]}</li></ul></li>"
            f"<li>{_LIST[2]}</li></ol><p>{C}</p><p>{D}</p>"
        ),
        (A, B, *_LIST, C, D),
    ),
    Example(
        "a table",
        page(f"<p>{A}</p><p>{B}</p><table>{_TABLE}</table><p>{C}</p><p>{D}</p>"),
        (A, B, *(cell for row in _ROWS for cell in row), C, D),
    ),
    Example(
        "a quotation in a block",
        page(f"<p>{A}</p><p>{B}</p><blockquote><p>{_QUOTE}</p></blockquote><p>{C}</p><p>{D}</p>"),
        (A, B, _QUOTE, C, D),
    ),
    Example(
        "paragraphs parted by line breaks",
        page(f"<div>{A}<br><br>{B}<br/><br/>{C}<BR>\n<BR>{D}</div>"),
        TEXT,
    ),
    Example(
        "inline links, bold words and quotes",
        page(
            f"<p>{_words(A, 'a', ' href=/x')}</p><p>{_words(B, 'b')}</p><p>{_words(C, 'em')}</p>"
            f"<p>{_words(D, 'span', ' class=y')}</p>"
        ),
        TEXT,
    ),
    Example(
        "entities by name and number, astral ones among them",
        page(
            f"<p>{A}</p><p>&ldquo;Caf&eacute; &#38; quay&rdquo; cost &pound;9 &#x2013; or &#8364;10 "
            f"&#x1F6A2;&#128674; &hellip; said the &quot;mate&quot; at the helm.</p><p>{B}</p><p>{C}</p>"
        ),
        (A, '“Café & quay” cost £9 – or €10 🚢🚢 … said the "mate" at the helm.', B, C),
    ),
    Example(
        "spaces that do not break, soft hyphens and joiners",
        page(
            f"<p>{A.replace(' ', '&nbsp;', 3)}</p><p>{B.replace('island', 'is&shy;land')}</p>"
            f"<p>{C.replace('reporters', f're{chr(0xAD)}porters').replace(' ', chr(0xA0), 2)}</p><p>{D}</p>"
        ),
        TEXT,
    ),
    Example(
        "hidden elements",
        page(f'<p>{A}</p><p style="display:none">Read by nobody at all.</p><p>{B}</p><p>{C}</p>'),
        (A, B, C),
    ),
    Example(
        "places where a word may break",
        page(f"<p>{A.replace('winter', 'win<wbr>ter')}</p><p>{B}</p><p>{C}</p>"),
        (A, B, C),
    ),
    Example(
        "blocks in blocks in blocks",
        page(
            f"<div><section><div><p>{A}</p></div><div><p>{B}</p><div><p>{C}</p></div></div></section></div>"
        ),
        (A, B, C),
    ),
    Example(
        "preformatted text",
        page(f"<p>{A}</p><p>{B}</p><pre>Tide at nine\nTide at noon</pre><p>{C}</p><p>{D}</p>"),
        (A, B, "Tide at nine\nTide at noon", C, D),
    ),
    Example(
        "comments and sections for other readers",
        page(
            f"<p>{A[:40]}<!-- <p>cut</p> -->{A[40:]}</p><!-- <p>gone</p> --><![CDATA[ no ]]><p>{B}</p>"
            f"<!--[if IE]><p>old</p><![endif]--><p>{C}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "a script that holds markup",
        page(
            f"<p>{A}</p><script>document.write('<div>' + \"</div>\" + '</p>');</script><p>{B}</p>"
            "<script><!--\nif (a < b && c > d) { x = '<p>'; }\n//--></script><style>p > b {}</style>"
            f"<p>{C}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "unclosed tags",
        page(f"<p>{A}<p>{B}<p><b>{C}<p><i>{D}"),
        TEXT,
    ),
    Example(
        "attributes that hold brackets",
        page(
            f'<p title="a > b" data-x=\'<p class="z">\'>{A}</p><p data-json="{{&quot;a&quot;:&gt;}}">{B}</p>'
            f"<p onclick='go(\"</p>\")'>{C}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "upper-case tags", page(f"<P>{A}</P><P CLASS=X>{B}</P><DIV><P>{C}</P></DIV>"), (A, B, C)
    ),
    Example(
        "XHTML",
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 '
        'Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>Quay</title>'
        f'<link rel="stylesheet" href="/x.css" /></head><body><div id="content">{BODY}<br /></div></body></html>',
        TEXT,
    ),
    Example("neither html nor body", f"<title>Quay</title><div>{BODY}</div>", TEXT),
    Example("paragraphs alone", BODY, TEXT),
    Example(
        "another charset declared than was decoded",
        page(
            f"<p>Über das Moor zog Nebel, und die Fähre lag fest. {A}</p><p>{B}</p><p>{C}</p>",
            '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><title>Nebel</title>',
        ),
        (f"Über das Moor zog Nebel, und die Fähre lag fest. {A}", B, C),
    ),
    Example(
        "text in drawings, templates and for browsers without scripts",
        page(
            f"<svg><title>Icon</title><text>9 km</text></svg><p>{A}</p><template><p>later</p></template>"
            f"<noscript><p>Switch scripts on.</p></noscript><p>{B}</p><p>{C}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "a caption is no body",
        page(
            f"<p>{A}</p><figure><img src=q.jpg alt='The quay'><figcaption>The north quay in May. Photo: "
            f"Mell Mail</figcaption></figure><p>{B}</p><p>{C}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "AMP",
        '<!doctype html><html amp lang="en"><head><meta charset="utf-8"><title>Quay</title>'
        "<style amp-boilerplate>body{visibility:hidden}</style></head><body>"
        f'<article><amp-img src="q.jpg" width="9" height="9"></amp-img>{BODY}'
        '<amp-ad type="x"></amp-ad></article></body></html>',
        TEXT,
    ),
    Example(
        "a live blog",
        page(
            "".join(
                f'<section class="update"><time datetime="2031-05-06T1{i}:00Z">1{i}:00</time>'
                f"<h2>{title}</h2><p>{text}</p></section>"
                for i, (title, text) in enumerate(
                    zip(
                        ("Vote begins", "Ferries moved", "Crew speaks", "Who pays"),
                        TEXT,
                        strict=True,
                    )
                )
            )
        ),
        ("Vote begins", A, "Ferries moved", B, "Crew speaks", C, "Who pays", D),
    ),
    Example(
        "words that a machine reads inside a sentence",
        page(
            f"<p>{A.replace('Monday', '<time datetime=2031-05-05>Monday</time>')}</p><p>{B}</p>"
            f"<p>{C.replace('twenty', '<ins>twenty</ins>')}</p>"
        ),
        (A, B, C),
    ),
    Example(
        "a link to another article between paragraphs",
        page(
            f'<p>{A}</p><p><a href="/b">Bridge opens to walkers</a></p><p>{B}</p>'
            f'<p>Read also: <a href="/c">What the survey found under water</a></p><p>{C}</p><p>{D}</p>'
        ),
        TEXT,
    ),
    Example(
        "who wrote it and when",
        page(
            f"<p>By Tova Lind</p><p>6 May 2031, 10:00</p>{BODY}<p>Tova Lind</p>",
            '<meta name="author" content="Tova Lind"><title>Quay</title>'
            '<meta property="article:published_time" content="2031-05-06T10:00:00Z">',
        ),
        TEXT,
    ),
    Example(
        "a teaser that repeats the lead before the article",
        page(BODY).replace("<main>", f'<main><div class="promo"><a href="/q">{A}</a></div>'),
        TEXT,
    ),
    Example(
        "a very short article",
        page(
            f"<h1>Lighthouse lit again</h1><p>{_SHORT}</p><p>It had been dark for nine years.</p>"
        ),
        (_SHORT, "It had been dark for nine years."),
    ),
    Example(
        "subheads and ruby, sub- and superscript",
        page(
            f"<p>{A}</p><h2>What comes <em>next</em></h2><p>{B} The quay is 1,200 m<sup>2</sup> large and "
            f"needs H<sub>2</sub>O pumps.</p><h3>Who pays</h3><p>{C}</p>"
        ),
        (
            A,
            "What comes next",
            f"{B} The quay is 1,200 m2 large and needs H2O pumps.",
            "Who pays",
            C,
        ),
    ),
    Example("text in divisions only", page(_SENTENCES), TEXT),
    Example(
        "terms and what they mean",
        page(
            f"<p>{A}</p><p>{B}</p><dl><dt>Pillar</dt><dd>{_LIST[0]}</dd></dl><p>{C}</p><p>{D}</p>"
        ),
        (A, B, "Pillar", _LIST[0], C, D),
    ),
    Example(
        "questions and answers",
        page(
            f"<p>{A}</p><p><strong>Will it be loud?</strong></p><p>{B}</p>"
            f"<p><strong>Who pays?</strong><br>{D}</p><p>{C}</p>"
        ),
        (A, "Will it be loud?", B, "Who pays?", D, C),
    ),
    Example(
        "two quotations that say the same words",
        page(f"<p>{A}</p><p>“Yes,” she said.</p><p>{B}</p><p>“Yes,” she said.</p><p>{C}</p>"),
        (A, "“Yes,” she said.", B, "“Yes,” she said.", C),
    ),
    Example(
        "other scripts",
        page(
            "<p>市议会星期一投票决定，在冬季风暴到来之前修复北码头，此前的一项调查发现四十根柱子中有十一根出现裂缝，工程预计需要五个月。</p>"
            f"<p>{A}</p><p>مجلس الميناء صوّت يوم الاثنين على إصلاح الرصيف الشمالي قبل وصول عواصف الشتاء.</p><p>{B}</p>"
        ),
        (
            "市议会星期一投票决定，在冬季风暴到来之前修复北码头，此前的一项调查发现四十根柱子中有十一根出现裂缝，工程预计需要五个月。",
            A,
            "مجلس الميناء صوّت يوم الاثنين على إصلاح الرصيف الشمالي قبل وصول عواصف الشتاء.",
            B,
        ),
    ),
    Example(
        "elements of the page's own making",
        page(f"<p>The <x-term>survey</x-term> of spring was clear. {A}</p><p>{B}</p><p>{C}</p>"),
        (f"The survey of spring was clear. {A}", B, C),
    ),
    Example(
        "a body among teasers of other articles",
        page(BODY).replace(
            "</main>",
            "</main><section class='related'>"
            + "".join(
                f"<article><h3>{t}</h3><p>{t} was a surprise to all.</p></article>" for t in _LIST
            )
            + "</section>",
        ),
        TEXT,
    ),
    Example(
        "a short article with all that stands around one",
        page(
            f"<header><h1>Lighthouse lit again</h1></header><figure><img src=l.jpg><figcaption>The lighthouse"
            f" in 2030</figcaption></figure><p>{_SHORT}</p><p>It had been dark for nine years.</p>"
        ),
        (_SHORT, "It had been dark for nine years."),
    ),
    Example(
        "text behind a picture, without a paragraph of its own",
        page(f"<p>{A}</p>{_FIGURE}{B}<p>{C}</p><p>{D}</p>"),
        TEXT,
    ),
    Example(
        "a lead behind a picture, without a paragraph of its own",
        page(f"<div>{_FIGURE}{A}<br><br>{B}<br><br>{C}</div>"),
        (A, B, C),
    ),
    Example(
        "a lead behind the title, without a paragraph of its own",
        page(f"<h1>Quay to be repaired</h1>{A}<br><br>{B}<br><br>{C}"),
        (A, B, C),
    ),
    Example(
        "a button inside a sentence",
        page(
            f"<p>{A}</p><p>{B.replace('market until', 'market <button>share</button> until')}</p><p>{C}</p>"
        ),
        (A, B.replace(" until", "\nuntil"), C),
    ),
    Example(
        "text behind what unfolds it",
        page(f"<p>{A}</p><details><summary>Background</summary>{B}</details><p>{C}</p>"),
        (A, B, C),
    ),
    Example(
        "text behind a form without words",
        page(f"<p>{A}</p><form><input></form>{B}<p>{C}</p><p>{D}</p>"),
        TEXT,
    ),
)
