"""What a single line of text is by its shape: a remnant of markup or script, a credit, a pointer elsewhere, a byline.

It knows nothing of a line's place; monitor.parse.plain and monitor.parse.page decide with that.
"""

import re
from dataclasses import dataclass

_LONGEST_CREDIT = 100
_LONGEST_CAPTION = 600
_MOST_CREDIT_WORDS = 12
_LONGEST_POINTER = 250
_LONGEST_BYLINE = 100

# Neither crosses another opening of its kind, nor does a comment cross a blank line: an opening whose end is lost must
# not swallow the article up to the end of the next one.
_COMMENT = re.compile(
    r"^[ \t]*!--(?:(?!-->|!--|\n\s*\n).)*-->|<!--(?:(?!-->|<!--|\n\s*\n).)*-->", re.DOTALL | re.MULTILINE
)
_ELEMENT = re.compile(
    r"<(script|style|noscript|iframe|template|svg)\b[^>]{0,2000}>(?:(?!<\1\b|</\1).)*</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]{0,2000})?/?>")
_OPENS_COMMENT = re.compile(r"^\s*<?!--")
_SCRIPT_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        r"^[\W_]+$",  # braces, rules, bullets: no letter and no digit
        r"^(?:var|let|const)\s+[\w$]+\s*=",
        r"^\W{0,3}(?:async\s+)?function\s*[\w$]*\s*\([^)]*\)\s*\{",
        r"^[\w$]+(?:\.[\w$]+)+\s*(?:=[^=]|\|\||\(.*[;{]$|\[)",
        r"^[\w$]+(?:\.[\w$]+)*\((?:['\"{\[].*|)\)\s*;?$",
        r"^(?:\}\s*\)?|\)\s*)[)(\w\s,.'\"\[\]]*;$",
        r"\b(?:dataLayer|gtag|googletag|_gaq|fbq|adsbygoogle|ytag|_paq|ym)\b\s*(?:[(=;\[]|\.\w|\|\|)",
        r"^(?:if|for|while|catch|switch)\s*\(.*[{;)]$",
        r"^(?:return\b.*;|try\s*\{.*|else\b.*\{)$",
        r"^[.#@]?[\w.#:>\s,-]{1,80}\{[^{}]*[:;]?[^{}]*\}?$",
        r"^[a-z-]{2,40}\s*:\s*[^.!?]{1,80};$",  # a CSS declaration
        r"^\s*[{\[]\s*\"@?\w+\"\s*:",
        r"^<(?:!DOCTYPE|\?xml|!\[CDATA\[)",
        r"^\s*(?://|/\*)\s*(?:<!\[CDATA\[|\]\]>|<!--|.*\*/$)",
        r"^\]\]>$",
    )
)

# What every line of script, style or markup has, and few lines of prose: most lines need no closer look.
# It begins with one set of letters, which the engine looks for ten times as fast as for alternatives.
_SCRIPT_SIGNS = re.compile(
    r"[{}<>;=|*\[\]/(.](?:(?<=[{}<>;=|*\[\]])|(?<=/)(?=[/*])|(?<=\w\.)(?=\w)|(?<=\w\()|(?<=\()(?=['\"{\[)]))"
)
_CONTROL = re.compile(r"\s*(?:if|for|while|catch|switch)\s*\(")
_LETTER = re.compile(r"[^\W_]")

_PHOTO_WORDS = (
    "file photo|archive photo|handout photo|"
    "photo|photos|photograph|photographer|picture|pic|image|images|imagery|video|illustration|graphic|map|screenshot|"
    "foto|fotos|fotografie|fotografía|fotografia|fotó|bild|bilder|grafik|crédito|crédit|crédits|credito|"
    "imagen|imagem|immagine|image de|zdjęcie|zdjęcia|fot|obrázek|snímek|imagine|φωτογραφία|φωτογραφια|φωτο|εικόνα|"
    "εικονα|фото|фотография|иллюстрация|скриншот|изображение|світлина|зображення|снимка|слика|fotoğraf|görsel|şəkil|լուսանկարը|լուսանկար|ֆոտո|ფოტო|სურათი|"
    "сурет|суреті|عکس|تصویر|صورة|الصورة|تصوير|צילום|תמונה|फोटो|चित्र|तस्वीर|图|图片|圖片|摄影|照片|写真|画像|사진|이미지|ảnh"
)
_SOURCE_WORDS = (
    "source|sources|credit|credits|courtesy|quelle|quellen|fuente|fuentes|fonte|fonti|bron|źródło|zdroj|sursa|πηγή|πηγη|"
    "источник|джерело|източник|извор|izvor|kaynak|mənbə|աղբյուր|աղբյուրը|წყარო|дереккөз|منبع|مصدر|المصدر|"
    "מקור|स्रोत|来源|來源|图源|出典|提供|출처|자료|제공|nguồn"
)
_OF_THE_PICTURE = (
    r"(?:\s+(?:source|credit|credits|courtesy|by|de l['’]image|de la imagen|изображения|фото|зображення|crédit))?"
)
_LABEL = rf"(?:{_PHOTO_WORDS}|{_SOURCE_WORDS}){_OF_THE_PICTURE}(?:\s*[/-]?\s*(?:{_PHOTO_WORDS}|{_SOURCE_WORDS}))?"
_CREDIT = re.compile(rf"^[\[(]?\s*(?:{_LABEL})\s*[:：՝=|]\s*(?P<value>.+?)\s*[\])]?$", re.IGNORECASE)
# The BBC writes "IMAGE SOURCE,GETTY IMAGES" and "Image caption, …"; agencies "Photo by X / AFP".
_CREDIT_WITHOUT_COLON = re.compile(
    r"^[\[(]?\s*(?:image (?:source|credit)\s*,|"
    r"(?:photo|photograph|picture|image|video) (?:by|courtesy of|courtesy|provided by)\s|"
    r"handout via\s|(?:source|photo|credit|image)\s+[–—-]\s|foto de\s|photo de\s|foto von\s|"
    r"фото\s+[–—-]\s|fot\.\s)\s*(?P<value>.+?)\s*[\])]?$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"^[\[(]?\s*(?:©|\(c\)|copyright\b\s*:?)\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?,?\s+)?(?P<value>.+?)\s*[\])]?$",
    re.IGNORECASE,
)
# Without any label, by the name of an agency before or behind a slash, or alone.
_AGENCIES = (
    "AAP|AFP|AP|APA|ANSA|Alamy|Anadolu(?: Agency)?|Belga|Bloomberg|dpa|EFE|EPA|EPA-EFE|Getty(?: Images)?|IANS|iStock|"
    "Keystone|Kyodo|Lusa|NTB|PA(?: Wire)?|PAP|PTI|Reuters|Shutterstock|Sputnik|TASS|ТАСС|РИА Новости|UPI|Xinhua|Yonhap|"
    "ČTK|Agerpres|Tanjug|Танјуг|Укрінформ|Арменпресс|Арменпрес"
)
_KIND = "(?: (?:photo|images|file photo|handout|pool))?"
_AGENCY_LINE = re.compile(
    rf"^[\[(]?\s*(?:(?:photo|foto|фото)\s+)?(?P<value>(?:{_AGENCIES}){_KIND}(?:\s*/\s*[^/()\[\]]{{2,60}})?"
    rf"|[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){{0,3}}\s*/\s*(?:{_AGENCIES}){_KIND}(?:(?:/| via )[^/()\[\]]{{2,40}})?"
    rf"(?:, file)?)\s*[\])]?$",
    re.IGNORECASE,
)
_INLINE_CREDIT = re.compile(
    rf"^(?P<caption>.+?[^\s(\[])\s*(?:[.。|–—-]\s*|\s|(?=[(\[]))(?P<credit>[(\[]?(?:©\s*|(?:{_LABEL})\s*[:：՝]\s*"
    r"|Photo by\s|Photograph by\s).{2,80})$",
    re.IGNORECASE,
)
# Without any label only what no caption ends with: "(Ann Lee/Agency)", "— REUTERS".
_BARE_CREDIT = re.compile(
    r"^(?P<caption>.{15,}?)\s*(?:[(\[](?P<name>[^()\[\]]{2,60})[)\]]|[—–|]\s*(?P<tail>[^—–|]{2,60}))$"
)
_TRAILING_AGENCY = re.compile(rf"^(?P<caption>.{{15,}}?)\s+(?P<name>(?:{_AGENCIES}|REUTERS)(?: Photo)?/[^/]{{2,40}})$")
_AGENCY = re.compile(
    r"\w\s*/\s*\w|^(?:AFP|AP|APA|ANSA|Belga|DPA|dpa|EFE|EPA|Getty Images|IANS|Keystone|PA|PTI|Reuters|TASS|UPI)$"
)
_CAPTION_LABEL = re.compile(
    r"^(?:image caption|photo caption|caption|légende|legenda|подпись)\s*[,:：]\s*", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…。！？։۔।]+[\"'”’»)\]]*$")

_POINTER = re.compile(
    r"^[\W_]{0,4}(?:"
    r"related(?: (?:articles?|stor(?:y|ies)|news|coverage|content|topics?|links?|posts?))?|"
    r"(?:read|see|watch|listen) (?:also|more|next)|also (?:read|see|on)|more (?:on this|from|about)[^.:]{0,40}|"
    r"you (?:may|might) also (?:like|be interested in)|don['’]t miss|recommended(?: for you)?|"
    r"(?:most|trending) (?:read|popular|now)|read(?: the)? full (?:story|article)|"
    r"lire aussi|à lire(?: aussi| également)?|voir aussi|sur le même sujet|lesen sie (?:auch|mehr)|mehr zum thema|"
    r"siehe auch|lea también|lee también|te puede interesar|ver también|noticias relacionadas|leggi anche|"
    r"leia (?:também|mais)|veja também|lees ook|lees verder|czytaj (?:też|także|więcej)|zobacz (?:też|także)|"
    r"čtěte (?:také|více)|citește și|citiți și|διαβάστε (?:επίσης|ακόμη|και)|читайте также|читать также|смотрите также|"
    r"по теме|материалы по теме|читайте також|дивіться також|прочетете още|вижте още|прочитајте још|"
    r"pročitajte (?:još|i)|"
    r"ayrıca okuyun|ilgili haber(?:ler)?|bunu da oxuyun|həmçinin oxuyun|կարդացեք նաև|կարդալ նաև|"
    r"წაიკითხეთ (?:ასევე|აგრეთვე)|"
    r"тағы оқыңыз|بیشتر بخوانید|مطالب مرتبط|اقرأ أيضا|اقرأ أيضًا|קראו (?:גם|עוד)|यह भी पढ़ें|相关阅读|延伸阅读|相关新闻|"
    r"関連記事|あわせて読みたい|관련 ?기사|xem thêm|tin liên quan"
    r")\s*(?P<mark>[:：>»→–—-]|$)",
    re.IGNORECASE,
)
_RIGHTS = (
    "all rights reserved|alle rechte vorbehalten|tous droits réservés|"
    "(?:reservados )?todos los derechos(?: reservados)?|"
    "todos os direitos reservados|tutti i diritti riservati|alle rechten voorbehouden|wszelkie prawa zastrzeżone|"
    "všechna práva vyhrazena|toate drepturile rezervate|все права защищены|всі права захищені?о?|всички права запазени|"
    "tüm hakları saklıdır|bütün hüquqlar qorunur|բոլոր իրավունքները պաշտպանված են|ყველა უფლება დაცულია|"
    "جميع الحقوق محفوظة|تمامی حقوق محفوظ است|כל הזכויות שמורות|版权所有|版權所有|無断転載禁止|무단 ?전재.{0,20}금지"
)
_SHARING = (
    "(?:teilen auf|artikel teilen|partager sur|compartir en|compartilhar no|condividi su|udostępnij na|sdílet na|"
    "поделиться в|поделитесь|поділитися|paylaş|delen op) ?(?:facebook|twitter|x|whatsapp|telegram|linkedin|vk)?"
)
_FURNITURE = re.compile(
    r"^[\W_]{0,4}(?:advertisement|advertising|sponsored(?: content)?|skip (?:ad|advertisement|to (?:main )?content)|"
    r"share(?: this)?(?: (?:article|story|on|via)\b.{0,40})?|click to (?:share|e-?mail|print)\b.{0,60}|"
    r"(?:\d+ )?comments?(?: \(\d+\))?|leave a (?:comment|reply)|"
    r"sign up (?:for|to) (?:our|the) .{0,60}newsletter.{0,40}|subscribe(?: (?:now|today|to|for|and)\b.{0,180})?|"
    r"follow us(?: on .{0,40})?|(?:reading time:? )?\d{1,2}[ -]min(?:ute)?s?(?: read)?|"
    r"(?:tags|topics|keywords): .{2,150}|"
    r"(?:home|homepage|startseite|accueil|inicio|início|главная|ana sayfa)\s*[>»›/]\s*[^.!?]{2,100}|"
    r"continue reading(?: .{0,60})?|read more|print(?: this)?|click here(?: to .{0,60})?|"
    rf"(?:(?:©|\(c\)|copyright).{{0,120}})?(?:{_RIGHTS})|(?:{_SHARING})(?:\W.{{0,40}})?|"
    r"the post .{1,250} (?:appeared first|first appeared) on .{1,100}|this article (?:was )?(?:first|"
    r"originally) (?:appeared|published) .{1,100}|"
    r"реклама|поделиться|подписаться|anzeige|werbung|publicité|publicidad|pubblicità|reklama|reklam|реклама)[\W_]*$",
    re.IGNORECASE,
)

# What a teaser ends with, as a link in its last line or alone.
_MORE = re.compile(
    r"^[\W_]*(?:read (?:more|on)|continue reading|"
    r"(?:read|view|see) (?:the )?(?:full|whole|entire) (?:story|article|post)|"
    r"(?:jetzt |hier )?weiterlesen|mehr (?:lesen|dazu|erfahren)|lire (?:la suite|plus)|en savoir plus|leer más|"
    r"(?:seguir|sigue|continuar) leyendo|leggi (?:tutto|di più|l['’]articolo)|continua (?:a leggere|la lettura)|"
    r"(?:leia|ler|saiba) mais|continu(?:e|ar) (?:lendo|a ler)|lees (?:meer|verder)|czytaj (?:dalej|więcej|całość)|"
    r"(?:číst|čtěte) (?:dále|dál|více|celý článek)|citește (?:mai (?:mult|departe)|tot articolul)|"
    r"(?:διαβάστε|δείτε) περισσότερα|(?:читать|читайте) (?:далее|дальше|полностью|продолжение|всю статью)|подробнее|"
    r"читати (?:далі|повністю)|(?:докладніше|детальніше)|(?:прочети|прочетете|виж) (?:още|повече)|"
    r"(?:прочитајте|опширније|pročitajte|opširnije)(?: (?:више|više))?|"
    r"devamını oku|devamı|haberin devamı(?: için tıklayın)?|"
    r"(?:ardını|davamını) oxu(?:yun)?|(?:կարդալ|կարդացեք) (?:ավելին|ամբողջությամբ)|(?:სრულად|ვრცლად)(?: ნახვა)?|"
    r"толығырақ(?: оқу)?|ادامه (?:مطلب|خبر)|بیشتر بخوانید|(?:اقرأ|قراءة) (?:المزيد|أكثر)|"
    r"(?:קרא|קראו|לקריאה) (?:עוד|נוספת)|"
    r"(?:और|आगे) पढ़ें|(?:阅读|閱讀|查看)(?:全文|更多)|続きを読む|더 ?보기|전문 ?보기|(?:đọc|xem) (?:tiếp|thêm))[\W_]*$",
    re.IGNORECASE,
)
_LONGEST_MORE = 60

_BYLINE = re.compile(
    r"^(?:by|von|par|por|di|da|door|autor|author|автор|авторы|текст|written by|reported by|reporting by|հեղինակ|ავტორი|"
    r"müəllif|yazan|автор статьи)\s*[:：]?\s+(?P<names>.+)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^(?:[^\W\d_][\w.'’-]*)(?:\s+(?:[^\W\d_][\w.'’-]*)){0,4}$")
_AND = re.compile(r"\s*(?:,|;|/|\s(?:and|und|et|y|e|en|и|та|i|və|ve|և)\s)\s*", re.IGNORECASE)


_BIOGRAPHY = re.compile(
    r"^(?:about the authors?|über den autor|über die autorin|à propos de l['’]auteur|sobre el autor|об авторе)\b|"
    r"^(?:[^\W\d_][\w.'’-]*\s){2,4}(?:is|was|has been) (?:an?|the|our) (?:[\w’'-]+ ){0,5}"
    r"(?:reporter|correspondent|editor|journalist|columnist|writer|freelancer|contributor)\b"
    r"(?! (?:who (?:was|has|had)|killed|arrested|detained|jailed))|"
    r"^follow (?:him|her|them|(?:[^\W\d_][\w.'’-]*\s){1,4})on (?:twitter|x|bluesky|mastodon|facebook|instagram)\b",
    re.IGNORECASE,
)
_LONGEST_BIOGRAPHY = 400


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """A line of a picture: its words and, where the same line names it, who made it."""

    caption: str | None
    credit: str | None


def strip_remnants(text: str) -> str:
    """A text without whole comments and scripts; what is left of broken ones is for `is_remnant` to see."""
    return _ELEMENT.sub("\n", _COMMENT.sub("\n", text))


def strip_comment_end(line: str) -> str:
    """A line without the half of a comment it may hold: the other half is lost, or stands elsewhere."""
    before, arrow, after = line.rpartition("-->")
    opened = _OPENS_COMMENT.match(before or line) is not None
    if not arrow:
        return "" if opened else line
    if opened or not after.strip():
        return before.strip() if not opened and ends_sentence(before.strip()) else after.strip()
    return line


def is_remnant(line: str) -> bool:
    """Whether a line is markup, script or style, or holds no letter and no digit."""
    if not _SCRIPT_SIGNS.search(line) and not _CONTROL.match(line):
        return not _LETTER.search(line)
    bare = _TAG.sub("", line).strip()
    return not bare or any(shape.search(bare) for shape in _SCRIPT_SHAPES)


def strip_tags(line: str) -> str:
    """A line of plain text without the tags that were left in it."""
    return " ".join(_TAG.sub(" ", line).split()) if "<" in line else line


def find_credit(line: str) -> str | None:
    """Who made the picture, when that is all a line says; never for a sentence that begins with such a word."""
    if len(line) > 2 * _LONGEST_CREDIT:
        return None
    for pattern in (_CREDIT, _CREDIT_WITHOUT_COLON, _COPYRIGHT, _AGENCY_LINE):
        found = pattern.match(line)
        if found and _is_name_like(found["value"]):
            value = str(found["value"]).strip(" .,;")
            return (find_credit(value) if value != line else None) or value  # "© Photo: A. Smith"
    return None


def split_caption(line: str) -> CaptionLine:
    """The caption of a line in a caption's place, with the credit that may end it: "A bridge. Photo: X/Agency"."""
    line = _CAPTION_LABEL.sub("", line)
    found = _INLINE_CREDIT.match(line) if len(line) <= _LONGEST_CAPTION else None
    credit = find_credit(found["credit"].strip(" .|")) if found else None
    if found is None or credit is None:
        return _split_bare(line)
    return CaptionLine(found["caption"].strip(" |–—-([") or None, credit)


def _split_bare(line: str) -> CaptionLine:
    trailing = _TRAILING_AGENCY.match(line) if len(line) <= _LONGEST_CAPTION else None
    if trailing is not None and _is_name_like(trailing["name"]):
        return CaptionLine(trailing["caption"], trailing["name"])
    found = _BARE_CREDIT.match(line) if len(line) <= _LONGEST_CAPTION else None
    name = (found["name"] or found["tail"]).strip() if found else ""
    if found is None or not (_AGENCY.search(name) or (name.isupper() and name.isascii())) or not _is_name_like(name):
        return CaptionLine(line or None, None)
    return CaptionLine(found["caption"].strip(" |–—-"), name)


def find_pointer(line: str) -> bool | None:
    """True for a line that points elsewhere ("Related: …"), False for the heading of a list of such, else None."""
    if len(line) > _LONGEST_POINTER:
        return None
    if _FURNITURE.match(line) or is_more(line):
        return True
    found = _POINTER.match(line)
    if found is None:
        return None
    return bool(line[found.end() :].strip())


def is_more(text: str) -> bool:
    """Whether a text does nothing but lead from a teaser to the whole: "Read more", "Weiterlesen…"."""
    return len(text) <= _LONGEST_MORE and _MORE.match(text) is not None


def find_byline(line: str) -> tuple[str, ...]:
    """The authors a line names ("By A. Smith and B. Jones"); empty when it is no byline."""
    found = _BYLINE.match(line) if len(line) <= _LONGEST_BYLINE else None
    names = _AND.split(found["names"].strip()) if found else []
    if not names or not all(_is_person_like(name) for name in names):
        return ()
    return tuple(names)


def is_biography(line: str) -> bool:
    """Whether a line tells who wrote the article. Only for its last lines: a story may well be of a reporter."""
    return len(line) <= _LONGEST_BIOGRAPHY and _BIOGRAPHY.search(line) is not None


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does, closing quotes and brackets aside."""
    return _SENTENCE_END.search(line) is not None


def _is_person_like(name: str) -> bool:
    """Two words and more need two capitals; scripts without capitals pass."""
    if not _NAME.match(name) or ends_sentence(name.removesuffix(".")):
        return False
    words = name.split()
    return sum(1 for word in words if not _is_lower(word)) >= min(2, len(words))


def _is_name_like(value: str) -> bool:
    """A credit names somebody in a few words; a sentence of prose after the label makes it no credit."""
    words = value.split()
    if len(value) > _LONGEST_CREDIT or len(words) > _MOST_CREDIT_WORDS:
        return False
    capitals = sum(1 for word in words if not _is_lower(word))
    if ends_sentence(value):
        return len(words) <= 4 and capitals == len(words)
    return capitals * 2 >= len(words) or len(words) == 1  # "dpa"


def _is_lower(word: str) -> bool:
    """Whether a word begins with a small letter, of a script that has capitals; Unicode counts Georgian as small."""
    return word[0].islower() and not "\u10a0" <= word[0] <= "\u10ff"
