"""Words that tell who speaks, by language, and the patterns made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from annotate.corpus.quotes import MARKS

ENGLISH = "en"


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in " ".join(lines).split())


class Cues(NamedTuple):
    """The words of one language; `_` in the tables stands for a space.

    `says` pass words on and leave open whose they are; `holds` take a position, so that their
    subject is its holder. `inverted` stand before their subject as well, behind what is quoted;
    `freely` in any place: what stands behind these is never their object. Auxiliaries and adverbs
    may stand between a subject and its verb; behind `brackets` the verb may come late; before
    `agents` it is a passive. `according` and `citing` stand before a source, `behind` after it.
    `titles` stand before a name and belong to the mention.
    """

    says: tuple[str, ...]
    holds: tuple[str, ...]
    inverted: tuple[str, ...]
    auxiliaries: tuple[str, ...]
    adverbs: tuple[str, ...]
    pronouns: tuple[str, ...]
    that: tuple[str, ...]
    according: tuple[str, ...]
    citing: tuple[str, ...]
    titles: tuple[str, ...]
    belonging: tuple[str, ...]
    conditions: tuple[str, ...]
    behind: tuple[str, ...] = ()
    brackets: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    freely: tuple[str, ...] = ()


_DAYS_EN = "on_Monday on_Tuesday on_Wednesday on_Thursday on_Friday on_Saturday on_Sunday"

CUES: dict[str, Cues] = {
    "en": Cues(
        says=_words(
            "said says told tells added adds replied replies answered wrote writes reported",
            "reports announced announces stated states explained continued recalled remarked",
            "informed informs noted notes commented observed reiterated repeated reaffirmed quoted",
            "quotes cited cites",
        ),
        holds=_words(
            "argued argues insisted insists warned warns demanded demands urged urges called_for",
            "calls_for called_on calls_on called_upon rejected rejects dismissed dismisses denied",
            "denies accused accuses blamed blames condemned condemns criticised criticises",
            "criticized criticizes welcomed welcomes praised praises promised promises pledged",
            "pledges vowed vows threatened threatens proposed proposes suggested suggests claimed",
            "claims believes believed considers considered stressed stresses emphasised emphasises",
            "emphasized emphasizes underlined underlines countered counters conceded concedes",
            "acknowledged acknowledges admitted admits declared declares maintained maintains",
            "defended defends opposes opposed supports supported backs backed endorsed endorses",
            "upheld upholds advocated advocates protested hailed deplored lamented cautioned",
            "ruled_out rules_out spoke_out pointed_out points_out pressed_for appealed_for",
            "asked_for refused refuses accepted accepts agreed agrees mocked mocks ridiculed",
            "described describes scoffed stood_up_for",
        ),
        inverted=_words(
            "said says added adds replied wrote writes explained insisted warned noted argued",
            "stated declared remarked commented continued announced asks asked",
        ),
        auxiliaries=_words("has have had not never"),
        adverbs=_words(
            "also again then later earlier now once already still repeatedly further often only",
            "always simply publicly today yesterday himself herself itself for_its_part",
            "for_his_part for_her_part in_turn went_further_and",
            _DAYS_EN,
        ),
        pronouns=_words("he she it they"),
        that=_words("that"),
        according=_words("according_to in_the_words_of by_the_account_of as_per"),
        citing=_words("citing quoting with_reference_to quoted_by reported_by as_reported_by"),
        titles=_words(
            "Mr Mrs Ms Dr Sir Mr. Mrs. Ms. Dr. President Chancellor Premier Minister Secretary",
            "Commissioner Senator Ambassador General Prime Foreign Defence Defense Finance",
            "Interior Vice Deputy Spokesman Spokeswoman spokesman spokeswoman the_agency",
            "the_news_agency the_newspaper the_daily the_broadcaster the_television_channel",
            "the_channel the_radio_station",
        ),
        belonging=_words(
            "of to for by from against with about on in near under at between over than through",
            "towards toward into like without after before since until",
        ),
        conditions=_words("if unless provided as_long_as so_long_as only_if on_condition"),
        agents=_words("by of as"),
    ),
    "fr": Cues(
        says=_words(
            "dit déclare déclaré affirme affirmé ajoute ajouté répond répondu écrit rapporte",
            "rapporté annonce annoncé explique expliqué indique indiqué précise précisé confie",
            "confié rappelle rappelé poursuit poursuivi souligne souligné note noté assure assuré",
            "raconte raconté relate relaté",
        ),
        holds=_words(
            "exige exigé réclame réclamé demande demandé refuse refusé rejette rejeté dénonce",
            "dénoncé condamne condamné critique critiqué accuse accusé impute imputé soutient",
            "soutenu défend défendu estime estimé juge jugé considère considéré plaide plaidé",
            "appelle_à appelé_à promet promis propose proposé avertit averti prévient prévenu",
            "salue salué admet admis reconnaît reconnu insiste insisté martèle martelé prône prôné",
            "souhaite souhaité menace menacé s’oppose s'oppose nie nié fustige fustigé",
        ),
        inverted=_words(
            "déclaré affirmé ajouté répondu écrit expliqué indiqué précisé confié rappelé",
            "poursuivi souligné assuré lancé dit estimé jugé averti prévenu insisté martelé",
            "déclare affirme ajoute répond explique indique précise confie poursuit souligne",
            "assure lance estime juge avertit prévient insiste martèle",
        ),
        auxiliaries=_words("a ont avait avaient n’a n'a ne pas jamais"),
        adverbs=_words(
            "aussi également encore ensuite déjà toujours notamment ainsi lui-même elle-même",
            "toutefois lundi mardi mercredi jeudi vendredi samedi dimanche hier aujourd’hui",
            "de_nouveau à_son_tour pour_sa_part de_son_côté quant_à_lui quant_à_elle",
        ),
        pronouns=_words("il elle ils elles on"),
        that=_words("que qu’ qu'"),
        according=_words("selon d’après d'après"),
        citing=_words("citant en_citant cité_par citée_par cités_par rapporté_par"),
        titles=_words(
            "M. Mme MM. président présidente ministre premier première chancelier chancelière",
            "commissaire secrétaire porte-parole le la l’agence l'agence quotidien journal chaîne",
        ),
        belonging=_words(
            "de d’ d' du des à au aux pour par contre avec sur dans chez sous entre vers sans en",
            "depuis après avant",
        ),
        conditions=_words("si s’il s'il à_condition pourvu à_moins tant_que"),
        agents=_words("par"),
    ),
    "de": Cues(
        says=_words(
            "sagte sagt gesagt erklärte erklärt schrieb schreibt geschrieben berichtete berichtet",
            "meldete meldet gemeldet teilte antwortete geantwortet fügte betonte betont ergänzte",
            "ergänzt äußerte bemerkte erläuterte erläutert",
        ),
        holds=_words(
            "forderte fordert gefordert verlangte verlangt warnte warnt gewarnt lehnte lehnt",
            "abgelehnt verurteilte verurteilt kritisierte kritisiert begrüßte begrüßt warf",
            "vorgeworfen beharrte beharrt drohte droht gedroht versprach verspricht versprochen",
            "plädierte plädiert mahnte mahnt gemahnt bestritt bestreitet unterstützt unterstützte",
            "verteidigte verteidigt behauptete behauptet meinte meint hält glaubt drängte drängt",
            "räumte bekräftigte bekräftigt rief",
        ),
        inverted=_words(
            "sagte sagt erklärte erklärt schrieb schreibt betonte betont antwortete meinte meint",
            "ergänzte warnte warnt forderte fordert kritisierte berichtete berichtet mahnte",
        ),
        auxiliaries=_words("nicht nie"),
        adverbs=_words(
            "auch zudem erneut wieder dann später bereits noch nun jedoch dagegen hingegen selbst",
            "am_Montag am_Dienstag am_Mittwoch am_Donnerstag am_Freitag am_Samstag am_Sonntag",
            "gestern heute seinerseits ihrerseits",
        ),
        pronouns=_words("er sie es"),
        that=_words("dass daß"),
        according=_words(
            "laut nach_Angaben_von nach_Angaben_des nach_Angaben_der nach_Worten_von",
            "nach_den_Worten_von nach_Darstellung_von nach_Darstellung_des nach_Darstellung_der",
        ),
        citing=_words(
            "unter_Berufung_auf unter_Verweis_auf unter_Hinweis_auf zitiert_von",
        ),
        titles=_words(
            "Herr Frau Dr. Präsident Präsidentin Kanzler Kanzlerin Bundeskanzler Bundeskanzlerin",
            "Minister Ministerin Außenminister Außenministerin Verteidigungsminister",
            "Verteidigungsministerin Staatschef Regierungschef Regierungschefin Sprecher",
            "Sprecherin Kommissar Kommissarin der die das dem den Agentur Nachrichtenagentur",
            "Zeitung Sender",
        ),
        belonging=_words(
            "von vom für gegen mit über bei in im aus zu zum zur an am auf unter zwischen durch",
            "ohne nach des um nachdem bevor seit",
        ),
        conditions=_words("wenn falls sofern solange"),
        behind=_words("zufolge"),
        brackets=_words("hat hatte haben hatten"),
        freely=_words(
            "sagte sagt erklärte erklärt betonte betont meinte meint schrieb schreibt antwortete",
        ),
    ),
    "es": Cues(
        says=_words(
            "dijo dice dicho declaró declara declarado afirmó afirma afirmado añadió añade añadido",
            "agregó respondió responde respondido escribió escribe escrito informó informa",
            "informado anunció anuncia anunciado explicó explica explicado señaló señala señalado",
            "aseguró asegura asegurado indicó indica indicado recordó recuerda comentó precisó",
            "subrayó subraya",
        ),
        holds=_words(
            "exigió exige exigido reclamó reclama pidió pide pedido rechazó rechaza rechazado",
            "condenó condena condenado criticó critica criticado acusó acusa acusado culpó culpa",
            "defendió defiende defendido advirtió advierte advertido insistió insiste insistido",
            "prometió promete prometido propuso propone propuesto instó insta sostuvo sostiene",
            "considera consideró cree negó niega admitió admite reconoció reconoce apoya apoyó",
            "saludó denunció denuncia denunciado amenazó amenaza abogó aboga",
        ),
        inverted=_words(
            "dijo dice declaró declara afirmó afirma añadió añade agregó respondió responde",
            "escribió escribe explicó explica señaló señala aseguró asegura indicó indica recordó",
            "comentó precisó subrayó advirtió advierte insistió insiste sostuvo",
        ),
        auxiliaries=_words("ha han había habían no nunca se"),
        adverbs=_words(
            "también además después luego ya todavía ayer hoy nuevamente incluso siempre",
            "el_lunes el_martes el_miércoles el_jueves el_viernes el_sábado el_domingo",
            "por_su_parte a_su_vez de_nuevo",
        ),
        pronouns=_words("él ella ellos ellas"),
        that=_words("que"),
        according=_words("según de_acuerdo_con en_palabras_de a_juicio_de"),
        citing=_words("citando citado_por citada_por citados_por"),
        titles=_words(
            "señor señora Sr. Sra. presidente presidenta ministro ministra canciller comisario",
            "comisaria secretario secretaria portavoz Presidente Presidenta Ministro Ministra",
            "el la agencia diario periódico cadena",
        ),
        belonging=_words(
            "de del a al para por contra con sobre en ante entre desde hasta hacia sin bajo tras"
        ),
        conditions=_words("si siempre_que a_menos salvo_que mientras a_condición"),
        agents=_words("por"),
    ),
    "ru": Cues(
        says=_words(
            "сказал сказала сказали заявил заявила заявили заявляет сообщил сообщила сообщили",
            "сообщает сообщило ответил ответила написал написала пишет добавил добавила отметил",
            "отметила отмечает подчеркнул подчеркнула подчёркивает пояснил пояснила рассказал",
            "рассказала передаёт передает объявил объявила напомнил напомнила заявило",
        ),
        holds=_words(
            "потребовал потребовала требует призвал призвала призывает отверг отвергла отвергает",
            "осудил осудила осуждает обвинил обвинила обвиняет предупредил предупредила",
            "предупреждает пообещал пообещала обещает предложил предложила предлагает считает",
            "полагает настаивает поддержал поддержала поддерживает раскритиковал раскритиковала",
            "критикует опроверг опровергла опровергает признал признала выступил_за",
            "выступила_за выступает_за пригрозил пригрозила отрицает уверен уверена",
        ),
        inverted=_words(
            "сказал сказала заявил заявила сообщил сообщила ответил ответила написал написала",
            "добавил добавила отметил отметила подчеркнул подчеркнула пояснил пояснила считает",
            "предупредил предупредила заявили сообщили напомнил напомнила сообщает пишет",
            "заявляет",
        ),
        auxiliaries=_words("не никогда был была было"),
        adverbs=_words(
            "также вновь снова затем позже ранее уже ещё еще сегодня вчера однако лично",
            "в_понедельник во_вторник в_среду в_четверг в_пятницу в_субботу в_воскресенье",
        ),
        pronouns=_words("он она оно они"),
        that=_words("что"),
        according=_words("по_словам по_данным согласно по_мнению по_информации по_версии"),
        citing=_words("со_ссылкой_на ссылаясь_на цитируя"),
        titles=_words(
            "господин госпожа президент канцлер премьер премьер-министр министр глава комиссар",
            "пресс-секретарь Президент Министр агентство газета телеканал издание",
        ),
        belonging=_words(
            "о об с со к ко у в во на за из от до для по при против между под над про без через",
            "после",
        ),
        conditions=_words("если при_условии"),
        freely=_words(
            "сказал сказала заявил заявила сообщил сообщила отметил отметила подчеркнул",
            "подчеркнула считает сообщает пишет заявляет добавил добавила",
        ),
    ),
}

ADVERBS = frozenset(word for cues in CUES.values() for word in cues.adverbs)
CONDITIONS = re.compile(
    rf"\b(?:{'|'.join(re.escape(word) for cues in CUES.values() for word in cues.conditions)})\b",
    re.IGNORECASE,
)

# Things that speak for who made them: “the statement of X”, “X’s communiqué”.
ARTIFACTS = _words(
    "statement message readout note letter communiqué communique text account report announcement",
    "declaration press_release press_service press_office spokesperson’s_office",
    "déclaration message communiqué note lettre texte annonce service_de_presse",
    "Erklärung Mitteilung Pressemitteilung Botschaft Schreiben Brief Pressestelle Pressedienst",
    "declaración comunicado mensaje nota carta texto anuncio servicio_de_prensa",
    "заявление сообщение письмо коммюнике пресс-служба",
)


class Patterns(NamedTuple):
    """The cues of one language as patterns; those that look back end with where a search ends."""

    says: frozenset[str]
    subject: re.Pattern[str]
    late: re.Pattern[str] | None
    quoted_verb: re.Pattern[str]
    inverted: re.Pattern[str]
    according: re.Pattern[str]
    citing: re.Pattern[str]
    behind: re.Pattern[str] | None
    bounded: re.Pattern[str]
    belonging: re.Pattern[str]
    owns: re.Pattern[str]
    titles: re.Pattern[str]
    title: re.Pattern[str]
    joiner: re.Pattern[str]
    goes_on: re.Pattern[str]
    verb: re.Pattern[str]
    told: re.Pattern[str]
    only_that: re.Pattern[str]
    pronoun_says: re.Pattern[str]


_MARKS = re.escape("".join(sorted(MARKS)))
_PLAIN_MARKS = "".join(sorted(MARKS - set("'’")))  # these two may be apostrophes
_APPOSITION = rf"(?:\s*,\s[^,.;:!?()\n{_PLAIN_MARKS}]{{2,90}},)?"
_SYMBOL = r"(?:\s+[^\w\s.,;:!?()\[\]\"'“”‘’«»„‚–—-]+)?"
_AND = r"and|et|und|y|e|и"
_OWNS = re.compile(r"['’]s?(?!\w)|-")


@lru_cache(maxsize=len(CUES) + 1)
def patterns_of(language: str) -> Patterns | None:
    """Make the patterns of a language; None where there are no cues for it."""
    cues = CUES.get(language)
    if cues is None:
        return None
    verb = rf"(?P<verb>{_any(cues.says + cues.holds)})(?!\w)(?!\s+(?:{_any(cues.agents)})\b)"
    between = _any(cues.auxiliaries + cues.adverbs) + (r"|\w+ly" if language == ENGLISH else "")
    filler = rf"(?:\s+(?:{between})(?!\w))*"
    behind_quote = rf"[,?!…–—{_MARKS}]\s*(?:(?:{_any(cues.auxiliaries)})\s+)*"
    lead = rf"(?:{behind_quote}|(?<!\w)(?={_any(cues.freely)}))"
    brackets = rf"\s+(?:{_any(cues.brackets)})\b[^.,;:!?\n{_MARKS}]{{0,60}}?\s{verb}"
    titles = _any([*cues.titles, *(f"{word[:1].upper()}{word[1:]}" for word in cues.titles)])
    word = r"|\s+[a-zäöüß]" if cues.brackets else ""
    return Patterns(
        says=frozenset(cues.says),
        subject=re.compile(rf"{_SYMBOL}{_APPOSITION}{filler}\s+{verb}"),
        late=re.compile(brackets) if cues.brackets else None,
        quoted_verb=re.compile(
            rf"(?:\s+(?:{_any(cues.adverbs)}))?\s+[“\"«„]\s?[^\W\d_A-ZÀ-ÞА-Я][^“”\"«»\n]{{25,}}"
        ),
        inverted=re.compile(rf"{lead}(?P<verb>{_any(cues.inverted)})(?!\w){filler}\s+\Z"),
        according=_before(cues.according),
        citing=_before(cues.citing),
        behind=re.compile(rf"\s+(?:{_any(cues.behind)})(?!\w)") if cues.behind else None,
        bounded=re.compile(rf"\s*(?:[.,;:)–—\n]|\Z)|\s+(?:{_AND})\s{word}"),
        belonging=_before(cues.belonging),
        owns=_OWNS,
        titles=re.compile(rf"(?<![\w-])(?:(?:(?:{titles})\s+)+(?:[lL]['’])?|[lL]['’])\Z"),
        title=re.compile(rf"(?:{titles})\s"),
        joiner=re.compile(rf"\s+(?:{_AND}|&)\s+(?:the\s+)?"),
        goes_on=re.compile(rf"(?:,|(?<!\w)(?:{_AND}))\s+\Z"),
        verb=re.compile(rf"(?<!\w){verb}"),
        told=re.compile(rf"(?<!\w){verb}(?:\s+(?:{_any(cues.that)}))?\s*\Z"),
        only_that=re.compile(rf"(?:\s+(?:{_any(cues.that)}))?\s+"),
        pronoun_says=re.compile(rf"(?i:(?<!\w)(?:{_any(cues.pronouns)})(?!\w)){filler}\s+{verb}"),
    )


def _any(words: Iterable[str]) -> str:
    """Write alternatives, the longest first; `(?!)` where there are none."""
    longest = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest) or "(?!)"


def _before(words: Iterable[str]) -> re.Pattern[str]:
    """Find one of the words right before where a search ends; an elided one needs no space."""
    return re.compile(rf"(?<!\w)(?:{_any(words)})(?:\s+|(?<=['’]))\Z", re.IGNORECASE)
