"""The form of the samples in the scripts and languages that it comes in: each part found, none of them twice."""

import pytest

from monitor.model import EntryKey, Image, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.options import ParseOptions
from tests.builders import NOON

# Title, standfirst, date line, caption, credit line, who made the picture, a paragraph.
_TEXTS = {
    "ru": (
        "Министерство пригрозило закрыть перевал",
        "Обе стороны обвиняют друг друга.",
        "22 апреля 2021 г.",
        "Военные у перевала",
        "ФОТО: ТАСС / Игорь Лапин",
        "ТАСС / Игорь Лапин",
        "Единственная дорога закрыта со вторника, сообщили чиновники.",
    ),
    "hy": (
        "Գյուղացիները պահանջում են բացել ճանապարհը",
        "Կամուրջը փլուզվել է երեք շաբաթ առաջ։",
        "22 Ապրիլի 2021",
        "Փլուզված կամուրջը գետի վրա",
        "Լուսանկարը՝ Արմենպրես",
        "Արմենպրես",
        "Վերին հովտի գյուղացիները փակեցին մայրուղին։",
    ),
    "az": (
        "Kənd sakinləri yolun açılmasını tələb edir",
        "Körpü üç həftə əvvəl uçub.",
        "22 aprel 2021",
        "Çayın üzərində uçmuş körpü",
        "Foto: APA",
        "APA",
        "Sakinlər cümə günü magistral yolu bağlayıblar.",
    ),
    "fa": (
        "جاده کوهستانی بسته شد",
        "دو طرف یکدیگر را متهم می‌کنند.",
        "پنجشنبه ۲ اردیبهشت ۱۴۰۰ - ۱۴:۰۵",
        "سربازان جاده را زیر نظر دارند",
        "عکس: ایرنا",
        "ایرنا",
        "تنها جاده میان دو دره روز پنجشنبه بسته شد.",
    ),
    "ar": (
        "إغلاق الطريق الجبلي",
        "الطرفان يتبادلان الاتهامات.",
        "الخميس 10 رمضان 1442 هـ الموافق 22 أبريل 2021",
        "جنود يراقبون الطريق المغلق",
        "المصدر: رويترز",
        "رويترز",
        "أغلقت السلطات يوم الأربعاء الطريق الوحيد.",
    ),
    "zh": (
        "渡轮船员投票决定继续罢工",
        "谈判已经中断。",
        "2021年4月22日 14:05",
        "两艘渡轮停靠在北码头",
        "图片来源：新华社",
        "新华社",
        "九艘渡轮的船员星期三投票决定继续留在岸上一周。",
    ),
    "ja": (
        "フェリー乗組員、スト継続を決議",
        "交渉は中断した。",
        "令和3年4月22日",
        "北埠頭に停泊する二隻のフェリー",
        "写真：佐藤花子",
        "佐藤花子",
        "九隻のフェリーの乗組員は水曜日、ストライキを決議した。",
    ),
    "ko": (
        "여객선 선원들, 파업 계속",
        "협상이 중단됐다.",
        "2021.04.22 14:05",
        "북쪽 부두에 정박한 여객선",
        "사진=연합뉴스",
        "연합뉴스",
        "여객선 선원들은 수요일 투표를 했다.",
    ),
    "ka": (
        "სოფლის მაცხოვრებლები გზის გახსნას ითხოვენ",
        "ხიდი სამი კვირის წინ ჩაინგრა.",
        "22 აპრილი, 2021",
        "ჩანგრეული ხიდი მდინარეზე",
        "ფოტო: ნინო ბერიძე",
        "ნინო ბერიძე",
        "ზემო ხეობის მაცხოვრებლებმა გზატკეცილი გადაკეტეს.",
    ),
    "he": (
        "צוותי המעבורות הצביעו בעד שביתה",
        "השיחות הופסקו.",
        "22 באפריל 2021",
        "שתי מעבורות עוגנות ברציף",
        "צילום: יעל כהן",
        "יעל כהן",
        "צוותיהן של תשע מעבורות הצביעו ביום רביעי.",
    ),
    "hi": (
        "नौका कर्मचारियों ने हड़ताल जारी रखी",
        "बातचीत टूट गई।",
        "22 मार्च 2021",
        "उत्तरी घाट पर खड़ी दो नौकाएँ",
        "फोटो: मीरा शर्मा",
        "मीरा शर्मा",
        "नौकाओं के कर्मचारियों ने बुधवार को फैसला किया।",
    ),
    "de": (
        "Stadtrat streitet über die letzte Fähre",
        "Das Gutachten hat noch niemand gelesen.",
        "Donnerstag, 22. April 2021, 14.05 Uhr",
        "Die Fähre am Anleger",
        "Foto: Karin Voss/dpa",
        "Karin Voss/dpa",
        "Der Stadtrat hat bis in die Nacht gestritten.",
    ),
    "vi": (
        "Thủy thủ phà tiếp tục đình công",
        "Cuộc đàm phán bị gián đoạn.",
        "Thứ Năm, 22/4/2021, 14:05 (GMT+7)",
        "Hai chiếc phà neo tại cầu cảng",
        "Ảnh: Trần Thị Lan",
        "Trần Thị Lan",
        "Thủy thủ đoàn đã bỏ phiếu hôm thứ Tư.",
    ),
    "sr": (
        "Посаде трајеката гласале за штрајк",
        "Преговори су прекинути.",
        "22. априла 2021.",
        "Два трајекта у северној луци",
        "Извор: Танјуг",
        "Танјуг",
        "Посаде су гласале у среду да остану на обали.",
    ),
    "el": (
        "Κλειστός ο ορεινός δρόμος",
        "Οι δύο πλευρές αλληλοκατηγορούνται.",
        "Πέμπτη 22 Απριλίου 2021",
        "Στρατιώτες παρακολουθούν τον δρόμο",
        "ΠΗΓΗ: ΑΠΕ",
        "ΑΠΕ",
        "Ο μοναδικός δρόμος έκλεισε την Τρίτη.",
    ),
}


@pytest.mark.parametrize("language", _TEXTS)
def test_the_form_of_the_samples_is_read_in_every_script(language: str) -> None:
    title, standfirst, date, caption, credit, maker, paragraph = _TEXTS[language]
    head = f"!-- Google tag (gtag.js) -->\n{title}\n\n{standfirst}\n\n{date}\n{title}\n{caption}\n{credit}"
    data = f"{head}\n\n{paragraph}\n\n{paragraph} {paragraph}".encode()
    record = Record(source=SourceId("s"), key=EntryKey("k"), name="a.txt", format="text", data=data)
    [article] = parse_records([record], NOON, ParseOptions()).articles
    assert (article.title, article.standfirst, article.language) == (title, standfirst, language)
    assert article.published is not None
    assert article.published.year == 2021
    assert article.published_raw == date
    assert article.images == (Image(caption=caption, credit=maker),)
    assert article.body == f"{paragraph}\n\n{paragraph} {paragraph}"
