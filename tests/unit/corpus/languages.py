"""Sound news text in many languages, each with the quote marks that are the custom there."""

from __future__ import annotations

# ruff: noqa: E501  # escapes make lines long that are short on the page

TEXTS = {
    "en": (
        "The harbour council met on Tuesday. “We will not close the line,” the mayor’s office "
        "said, “whatever the owners’ plans are.” One skipper, 6'2\" tall, called it ‘a good day’."
        "\n\n“The pier is old. It needs work.\n\n“And it is the town’s pier,” she added. "
        "The '90s are over; the boats' crews know it. “He told me ‘go’ and I went.”"
    ),
    "en-straight": (
        'The council met on Tuesday. "We won\'t close the line," the mayor said. "It\'s the '
        "workers' pier,\" she added, \"and they've told me 'no' twice.\" The new screen is 40\" wide, "
        "the door 6'2\" high, and the '70s are over. The ships' owners said \"nothing\"."
    ),
    "de": (
        "Der Hafenrat tagte am Dienstag. „Wir werden die Linie nicht einstellen“, sagte die "
        "Bürgermeisterin. „Er hat mir gesagt: ‚Geh!‘, und ich bin gegangen.“ Ein Buch heißt »Über "
        "die Fähre«, und »Öl« ist sein Thema. Das Ja-„Lager“ gab’s schon in den 90ern. ÄRGER!"
    ),
    "de-ch": (
        "Der Grosse Rat tagte am Dienstag. «Wir schliessen die Linie nicht», sagte die Präsidentin. "
        "«Er sagte mir: ‹Geh!›, und ich ging.» Danach war die Sitzung für alle zu Ende."
    ),
    "fr": (
        "Le conseil du port s’est réuni mardi. « Nous ne fermerons pas la ligne », a déclaré la "
        "maire. «\xa0Où va-t-on\xa0?\xa0» demande-t-elle. L'équipage n'a « rien » dit, aujourd'hui "
        "comme hier. « Il m’a dit “va-t’en” et je suis parti. » L’ÉCOLE, L’ÂGE, LE BÂTIMENT, À CÔTÉ."
    ),
    "es": (
        "El consejo del puerto se reunió el martes. «No cerraremos la línea», dijo la alcaldesa. "
        "«Me dijo: “¡Vete!”, y me fui». Otros lo llaman “un buen día”. ¿Qué pasará mañana? «¿Adónde "
        "vamos?», preguntó ella. LA ESPAÑA DE LOS NIÑOS."
    ),
    "it": (
        "Il consiglio del porto si è riunito martedì. «Non chiuderemo la linea», ha detto la "
        "sindaca. “È un po' tardi”, ha aggiunto l'armatore. Così, venerdì, si vota: perché no? "
        "«L'ha chiamata “la nave”», dice. CITTÀ, PERCHÉ, LUNEDÌ, PIÙ."
    ),
    "pt": (
        "O conselho do porto reuniu-se na terça-feira de manhã. “Não vamos fechar a linha”, disse "
        "a autarca. «A decisão é nossa», acrescentou, “e ele disse ‘não’ duas vezes”. O jornal "
        "escreveu “AMANH\u00c3\u201d e «IRM\u00c3\u00bb na capa: A MAÇÃ… A MANHÃ—e a NAÇÃO. Ângela não está lá."
    ),
    "nl": (
        "De havenraad kwam dinsdag bijeen. “We sluiten de lijn niet”, zei de burgemeester. ‘Dat is "
        "’s avonds ook zo’, zei hij. 's Morgens vaart de boot van de schippers' club niet. „Goed”, "
        "zei ze in 's-Hertogenbosch. Foto's en auto's zijn er genoeg."
    ),
    "sv": (
        "Hamnrådet möttes i tisdags. ”Vi lägger inte ner linjen”, sade borgmästaren. ”Han sade ’gå’ "
        "till mig och jag gick.” – Nej, svarade rederiet. »Vi stannar», skrev de. ÅÄÖ på Å… och Ö”."
    ).replace(" och Ö”", ""),
    "da": (
        "Havnerådet mødtes i tirsdags. »Vi lukker ikke linjen,« sagde borgmesteren. »Han sagde "
        "‘gå’, og så gik jeg.« Rederiet svarede ikke, men skibets folk kalder det “en god dag”."
    ),
    "no": (
        "Havnerådet møttes på tirsdag. «Vi legger ikke ned linjen», sa ordføreren. «Han sa ‘gå’, og "
        "så gikk jeg.» Rederiet ville ikke svare på spørsmål om fergen. Ærlig talt, Ø er en øy."
    ),
    "fi": (
        "Satamaneuvosto kokoontui tiistaina. ”Emme lopeta linjaa”, pormestari sanoi. ”Hän sanoi "
        "’mene’, ja minä menin.” »Hyvä niin», vastasi varustamo. Lautta lähtee aamulla. ÄÄNI, YÖ."
    ),
    "is": (
        "Hafnarráðið kom saman á þriðjudag. „Við lokum ekki línunni,“ sagði bæjarstjórinn. „Það er "
        "bærinn sem á bryggjuna.“ Eigandinn svaraði ekki. ÞAÐ ER ÁGÆTT. Ísafjörður, Ðe, öld…"
    ),
    "pl": (
        "Rada portu zebrała się we wtorek. „Nie zamkniemy linii”, powiedziała burmistrz. „Powiedział "
        "mi «idź» i poszedłem”. Armator nie odpowiedział na pytania. ŁÓDŹ, ŻÓŁĆ, ŚWIĘTO."
    ),
    "cs": (
        "Rada přístavu se sešla v úterý. „Linku nezrušíme,“ řekla starostka. „Řekl mi ‚jdi‘ a já "
        "šel.“ Majitel lodi neodpověděl. ČÁST, ŘEKA, ŽÍŽALA, ÚŘAD."
    ),
    "hu": (
        "A kikötői tanács kedden ült össze. „Nem szüntetjük meg a járatot” – mondta a polgármester. "
        "„Azt mondta: »Menj!«, és elmentem.” A hajó tulajdonosa nem válaszolt. ŐSZ, ŰR, ÁÉÍÓÖÚÜ."
    ),
    "ro": (
        "Consiliul portului s-a întrunit marți. „Nu vom închide linia”, a spus primărița. „Mi-a spus "
        "«pleacă» și am plecat.” Armatorul nu a răspuns. ÎNAINTE, ÂNTÂI, ȘI ȚARA. A coborî, a urî."
    ),
    "tr": (
        "Liman meclisi salı günü toplandı. “Hattı kapatmayacağız” dedi belediye başkanı. “Bana ‘git’ "
        "dedi, ben de gittim.” Drevgrad’ın gemileri yarın İğneada’ya gidecek. ŞİMDİ, ĞÜÇÖ."
    ),
    "vi": (
        "Hội đồng cảng đã họp hôm thứ Ba. “Chúng tôi sẽ không đóng tuyến phà”, bà thị trưởng nói. "
        "“Ông ấy bảo ‘đi đi’ và tôi đã đi.” ẤN ĐỘ, CHÂU Â, ĂN Ở, Ý KIẾN, À Ơ, BÃI, NGÃ… ì ạch."
    ),
    "ru": (
        "Совет гавани собрался во вторник. «Мы не закроем линию», — сказала мэр. «Он сказал мне: "
        "„Иди!“, и я пошёл». Агентство Reuters и IT-компания Harbor пишут об этом в YouTube. СМСка "
        "пришла в PDFе от VIPов. Группа «В» и «РАССВЕТ С»."
    ),
    "uk": (
        "Рада гавані зібралася у вівторок. «Ми не закриємо лінію», — сказала мерка. “Він сказав "
        "мені: ‘Йди!’, і я пішов”. П’ять кораблів об'єднаної компанії стоять у порту. «РІВЕНЬ»."
    ),
    "el": (
        "Το συμβούλιο του λιμανιού συνεδρίασε την Τρίτη. «Δεν θα κλείσουμε τη γραμμή», είπε η "
        "δήμαρχος. «Μου είπε “φύγε” και έφυγα». Η εταιρεία Harbor δεν απάντησε στο Reuters."
    ),
    "he": (
        'מועצת הנמל התכנסה ביום שלישי. "לא נסגור את הקו", אמרה ראש העיר. צה"ל וארה"ב לא הגיבו. '
        "הוא אמר לי 'לך' והלכתי, והספינה יצאה לדרך."
    ),
    "ar": (
        "اجتمع مجلس الميناء يوم الثلاثاء. «لن نغلق الخط»، قالت رئيسة البلدية. وقالت أيضا: “لقد قال "
        "لي اذهب فذهبت”، ولم ترد الشركة على الأسئلة."
    ),
    "ja": (
        "港湾評議会は火曜日に会合を開いた。「路線は廃止しません」と市長は述べた。「彼は『行け』と"
        "言ったので、私は行きました」。船会社はコメントを控えている。フェリーは朝に出ます。"
    ),
    "zh": (
        "港口委员会星期二开会。“我们不会关闭这条航线，”市长说。“他对我说‘走吧’，我就走了。”船主没有回应记者"
        "的提问，渡轮明天早上照常出发，乘客们都很高兴，码头也将在秋天之前完工。"
    ),
    "ko": (
        "항만 위원회가 화요일에 열렸다. “우리는 노선을 닫지 않겠다”고 시장이 말했다. “그가 ‘가라’고 해서 "
        "나는 갔다.” 선주는 기자들의 질문에 대답하지 않았다. 여객선은 내일 아침에 출발한다."
    ),
}

# Sound text that looks like damage. Escaped where an editor could take it for damage, too.
ODD = (
    "The letter \u00c3 is typed with a tilde, and the letter \u00c2 with a roof.",
    "They ask why “\u00c3\u201d, “\u00c2\u201d and “\u00e2\u20ac\u201d are here, what \u00c3 or \u00e2\u20ac is.",
    "What is \u00c3? The signs «\u00c2\u00bb, “\u00c3\u201d and ‘\u00e2\u20ac\u2019 are what is left of accents.",
    "Le caractère « \u00c2 » et le caractère « \u00c3 » sont rares. La lettre \u00c2 : un accent.",
    "Il a écrit « “Dijo «est\u00e1\u00bb\u201d » et « “il dit «caf\u00e9\u00bb\u201d »…",
    "O título “A MAÇ\u00c3\u201d e “A IRM\u00c3\u201d, «A MANH\u00c3\u00bb; Ó…, “É”, “À”, «É», «Ü».",
    "“F\u00c5\u201d and “\u00c5ÄÖ”, „Ä“, ‘Ñ’; ŠKODA™, IKE\u00c4\u2122, CAF\u00c9\u00ae, GAL\u00c3\u00b3.",
    "If x ≥ 2 ± ½ and y ≤ 3 × 10² µm, then Δt ≈ 5 μs, β-carotene, TNFα, γδ T cells, 20 °C, 5′ 3″.",
    'At 48°51\'24"N 2°21\'03"E the 5" pipe and the 6\'2" man met; he said “I am 6’2” tall” twice.',
    "“It was in the ’90s,” he said, “that rock ’n’ roll was the crews’ music.” 'Twas so.",
    "Is it so? Yes? See https://quay.example/?page=2&x=<y>>z or mail us. Why not?",
    "A << B and C >> D in a shell: `ls`. 12,,5 is no number. LaTeX, macOS, TikTok, PhD, kWh, eBay.",
    "The paper Правда («Pravda») and the party Νέα Δημοκρατία are named; Слава Україні, they say.",
    "“One.\n\n“Two.\n\n“Three,” he said.",
    "«Uno.\n\n»Dos.\n\n»Tres», dijo.",
    "Orðin „\u00f0\u201c og „\u00de\u201c; „ÞA\u00d0\u201c. Það er „ÁTT“…",
)
