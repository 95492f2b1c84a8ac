"""One invented story in many languages, and the encodings each was written in before UTF-8."""

from __future__ import annotations

from typing import NamedTuple


class Story(NamedTuple):
    """A text with encodings that hold all of it, by Python's names."""

    text: str
    encodings: tuple[str, ...]


STORIES = {
    "ru": Story(
        "Паром «Северная звезда» в четверг утром вернулся в порт Меллин после ремонта "
        "двигателя. Как сообщила начальник порта Ирина Волкова, рейсы на остров "
        "возобновятся в субботу. «Мы приносим извинения пассажирам», — добавила она.",
        ("cp1251", "koi8-r", "iso8859-5", "cp866"),
    ),
    "uk": Story(
        "Пором «Північна зірка» у четвер вранці повернувся до порту Меллін після "
        "ремонту двигуна. Як повідомила начальниця порту Ірина Вовк, рейси на острів "
        "відновляться в суботу. «Ми просимо вибачення у пасажирів», — додала вона.",
        ("cp1251", "koi8-u"),
    ),
    "bg": Story(
        "Фериботът „Северна звезда“ се върна в пристанището на Мелин в четвъртък "
        "сутринта след ремонт на двигателя. Курсовете до острова ще бъдат възобновени "
        "в събота, съобщи началникът на пристанището Ирина Петрова.",
        ("cp1251",),
    ),
    "el": Story(
        "Το πλοίο «Βόρειο Άστρο» επέστρεψε το πρωί της Πέμπτης στο λιμάνι του Μελίν "
        "μετά την επισκευή της μηχανής. Τα δρομολόγια προς το νησί θα ξαναρχίσουν το "
        "Σάββατο, δήλωσε η λιμενάρχης Ειρήνη Βουλγάρη.",
        ("cp1253", "iso8859-7"),
    ),
    "tr": Story(
        "Kuzey Yıldızı feribotu, motor onarımının ardından perşembe sabahı Mellin "
        "limanına döndü. Liman müdürü İrem Şahin, adaya seferlerin cumartesi günü "
        "yeniden başlayacağını açıkladı. Yolcular gecikmeden dolayı şikâyetçi oldu.",
        ("cp1254", "iso8859-9"),
    ),
    "pl": Story(
        "Prom „Gwiazda Północy” wrócił w czwartek rano do portu Mellin po naprawie "
        "silnika. Rejsy na wyspę zostaną wznowione w sobotę, poinformowała "
        "kierowniczka portu Łucja Wąs. Pasażerowie złożyli skargę na opóźnienie.",
        ("cp1250", "iso8859-2"),
    ),
    "cs": Story(
        "Trajekt Severní hvězda se ve čtvrtek ráno vrátil do přístavu Mellin po opravě "
        "motoru. Plavby na ostrov budou obnoveny v sobotu, uvedla ředitelka přístavu "
        "Žofie Šťastná. Cestující si stěžovali na zpoždění.",
        ("cp1250", "iso8859-2"),
    ),
    "hu": Story(
        "Az Északi Csillag komp csütörtökön reggel tért vissza Mellin kikötőjébe a "
        "hajtómű javítása után. A szigetre induló járatok szombaton indulnak újra, "
        "közölte Vörös Írisz, a kikötő vezetője. Az utasok türelmüket kérték számon.",
        ("cp1250", "iso8859-2"),
    ),
    "fr": Story(
        "Le ferry « Étoile du Nord » est rentré jeudi matin au port de Mellin après la "
        "réparation du moteur. Les traversées vers l'île reprendront samedi, a déclaré "
        "la directrice du port, Irène Lefèvre. Le billet coûtera 12 € à l'été.",
        ("cp1252", "iso8859-15"),
    ),
    "de": Story(
        "Die Fähre „Nordstern“ ist am Donnerstagmorgen nach der Reparatur des Motors "
        "in den Hafen von Mellin zurückgekehrt. Die Fahrten zur Insel würden am "
        "Samstag wieder aufgenommen, erklärte Hafenleiterin Käthe Größl. Ein Ticket "
        "kostet 12 €.",
        ("cp1252", "iso8859-15"),
    ),
    "es": Story(
        "El transbordador «Estrella del Norte» volvió el jueves por la mañana al "
        "puerto de Mellín después de la reparación del motor. Los viajes a la isla se "
        "reanudarán el sábado, según explicó la directora del puerto, Inés Peña.",
        ("cp1252", "iso8859-15", "iso8859-1"),
    ),
    "pt": Story(
        "A balsa “Estrela do Norte” voltou na quinta-feira de manhã ao porto de Mellin "
        "após a reparação do motor. As viagens para a ilha serão retomadas no sábado, "
        "informou a diretora do porto, Conceição Brandão. Não há previsão.",
        ("cp1252", "iso8859-15"),
    ),
    "sv": Story(
        "Färjan ”Nordstjärnan” återvände på torsdagsmorgonen till hamnen i Mellin "
        "efter att motorn reparerats. Turerna till ön återupptas på lördag, säger "
        "hamnchefen Åsa Öberg. Passagerarna klagade på förseningen.",
        ("cp1252", "iso8859-15"),
    ),
    "zh": Story(
        "“北星号”渡轮在完成发动机维修后于星期四上午返回梅林港。港口负责人王丽说，前往该"
        "岛的航班将于星期六恢复。她向乘客表示歉意，并说公司会退还船票。",
        ("gb18030",),
    ),
    "zh-tw": Story(
        "「北星號」渡輪在完成引擎維修後於星期四上午返回梅林港。港口負責人王麗說，前往該島"
        "的航班將於星期六恢復。她向乘客表示歉意，並說公司會退還船票。",
        ("big5",),
    ),
    "ja": Story(
        "フェリー「北極星」は木曜日の朝、エンジンの修理を終えてメリン港に戻った。島への便"
        "は土曜日に再開されると港の責任者の山田花子さんは述べた。乗客には料金が払い戻される。",
        ("shift_jis", "euc_jp"),
    ),
    "ko": Story(
        "여객선 ‘북극성’호가 엔진 수리를 마치고 목요일 아침 멜린항으로 돌아왔다. "
        "항만 책임자 김은영 씨는 섬으로 가는 운항이 토요일에 재개된다고 "
        "밝혔다. 승객들에게는 요금을 돌려준다.",
        ("euc_kr", "cp949"),
    ),
    "ar": Story(
        "عادت العبّارة «نجمة الشمال» صباح الخميس إلى ميناء ملين بعد إصلاح المحرك. "
        "وقالت مديرة الميناء إيمان الحسن إن الرحلات إلى الجزيرة ستستأنف يوم السبت، "
        "وقدمت اعتذارها للركاب عن التأخير.",
        ("cp1256", "iso8859-6"),
    ),
    "he": Story(
        'המעבורת "כוכב הצפון" שבה ביום חמישי בבוקר לנמל מלין לאחר תיקון המנוע. ההפלגות '
        "לאי יחודשו בשבת, אמרה מנהלת הנמל אירית לוי. היא התנצלה בפני הנוסעים על העיכוב.",
        ("cp1255", "iso8859-8"),
    ),
    "lt": Story(
        "Keltas „Šiaurės žvaigždė“ ketvirtadienio rytą grįžo į Melino uostą po "
        "variklio remonto. Reisai į salą bus atnaujinti šeštadienį, pranešė uosto "
        "vadovė Rūta Žukaitė. Keleiviai skundėsi vėlavimu, bet pinigai bus grąžinti.",
        ("cp1257", "iso8859-13"),
    ),
    "th": Story(
        "เรือเฟอร์รี่ดาวเหนือกลับถึงท่าเรือเมลลิน"
        "เมื่อเช้าวันพฤหัสบดีหลังจากซ่อมเครื่องยนต์เสร็จ "
        "ผู้อำนวยการท่าเรือกล่าวว่าจะเปิดเดินเรือ"
        "ไปเกาะอีกครั้งในวันเสาร์ และขออภัยผู้โดยสาร",
        ("cp874",),
    ),
}
