"""What each format makes of files as people have them, and of files that were made to hurt."""

import bz2
import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model import Source, SourceId
from monitor.sources.archive import FileArchive
from monitor.sources.limits import MEGABYTE, Limits
from tests.sources.archives import PAGE, http, packed_warc, read, tarred, warc, zipped

SMALL = Limits(record=MEGABYTE, total=20 * MEGABYTE, free=2 * MEGABYTE, ratio=20, entries=50, depth=2, listing=4096)


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, **fields: str) -> tuple[list[dict[str, object]], list[str]]:
    records, problems = read(path, fields)
    return [json.loads(record.data) for record in records], problems


# ---------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    "content",
    [
        'Headline,Full Text,Publish Date\nRain,"It rose,\nthey said.",2021-04-22\n',
        '\ufeffHeadline;Full Text;Publish Date\r\nRain;"It rose,\nthey said.";2021-04-22\r\n',
        'Headline\tFull Text\tPublish Date\nRain\t"It rose,\nthey said."\t2021-04-22',
        'Headline|Full Text|Publish Date\n\nRain|"It rose,\nthey said."|2021-04-22\n\n',
    ],
    ids=["commas", "semicolons and a byte order mark", "tabs", "bars and blank lines"],
)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_columns_and_delimiters_are_found_out(content: str, charset: str, tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", content.removeprefix("\ufeff" if charset != "utf-8" else "").encode(charset))
    found, problems = rows(path)
    assert found == [{"title": "Rain", "body": "It rose,\nthey said.", "published": "2021-04-22"}]
    assert problems == ["·: note: columns: title from Headline, body from Full Text, published from Publish Date"]


def test_columns_are_mapped_as_the_operator_says(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "kop,tekst,title\nRegen,Het water steeg.,x\n")
    found, problems = rows(path, title="kop", body="tekst")
    assert found == [{"title": "Regen", "body": "Het water steeg."}]
    assert problems == ["·: note: columns: title from kop, body from tekst; not used: title"]


def test_a_mapping_that_fits_nothing_is_named_with_the_columns_there_are(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", "kop,tekst\nRegen,Het water steeg.\n")
    assert rows(path)[1] == [
        '·: no column is known as a title or a body, name it with --map body=COLUMN; its columns are "kop", "tekst"'
    ]
    assert rows(path, body="text")[1] == ['·: has no column "text"; its columns are "kop", "tekst"']


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", 'title,body\nOne,"never closed\nTwo,b\nThree,"c"\nFour,d,extra\nFive,e\n')
    found, problems = rows(path)
    assert [row["title"] for row in found] == ["Two", "Three", "Five"]
    assert problems[1:] == ["·:2: a quote is opened and never closed", "·:5: the row has 3 cells, expected 2"]


def test_a_row_in_another_charset_is_read_by_its_own_looks(tmp_path: Path) -> None:
    head = "title,body\n" + "Rain,It rained.\n" * 9_000
    path = put(tmp_path / "a.csv", head.encode() + "Café,It’s open.\n".encode("cp1252"))
    assert rows(path)[0][-1] == {"title": "Café", "body": "It’s open."}


def test_keys_of_json_lines_are_mapped_into_objects(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", '{"h": "Rain", "article": {"text": "It rose."}, "lang": "en"}\n')
    assert rows(path, title="h", body="article.text")[0] == [{"title": "Rain", "body": "It rose.", "lang": "en"}]


# ----------------------------------------------------------------------------------------------- mails


def test_each_mail_of_a_mailbox_is_a_record_of_its_list(tmp_path: Path) -> None:
    one = b"From: Ana <ana@example.org>\nMessage-ID: <1@x>\nList-Id: News <news.example.org>\n\nA.\n>From here on.\n"
    two = b"From: Bo <BO@example.org>\n\nFrom the mayor: B.\n\nB.\n"
    box = put(tmp_path / "inbox", b"From a Thu Apr 22 10:00:00 2021\n" + one + b"\nFrom - Thu, 22 Apr 2021\n" + two)
    records, problems = read(box)
    assert (records[0].key, records[0].source) == ("1@x", "news.example.org")
    assert records[1].source == "bo@example.org"
    assert b"\nFrom here on." in records[0].data
    assert len(records) == 2
    assert problems == []


def test_a_maildir_is_read_but_for_what_is_still_being_delivered(tmp_path: Path) -> None:
    for name in ("cur/1.host:2,S", "new/2.host", "tmp/3.host", "cur/.hidden", ".Sent/cur/4.host:2,S"):
        put(tmp_path / "Maildir" / name, f"Message-ID: <{name[:3]}@x>\n\nText.\n")
    for name in (".Sent/new", ".Sent/tmp"):
        (tmp_path / "Maildir" / name).mkdir()
    names = sorted(record.name.rpartition("/")[2] for record in read(tmp_path)[0])
    assert names == ["1.host:2,S", "2.host", "4.host:2,S"]


# ------------------------------------------------------------------------------------------------ webs


def test_pages_of_a_web_archive_bring_what_was_known_of_them(tmp_path: Path) -> None:
    (record,), problems = read(put(tmp_path / "a.warc", warc("response", http())))
    assert (record.url, record.key, record.format) == ("https://example.org/1", "record-1", "html")
    assert record.fetched_at is not None
    assert record.fetched_at.isoformat() == "2021-04-22T10:00:00+00:00"
    assert problems == []


def test_what_is_no_page_is_counted(tmp_path: Path) -> None:
    records, problems = read(
        put(
            tmp_path / "a.warc.gz",
            packed_warc(
                warc("request", b"GET / HTTP/1.1\r\n\r\n"),
                warc("response", http(status="404 Not Found"), 1),
                warc("response", http(headers="Content-Type: image/png\r\n"), 2),
                warc("revisit", b"", 3),
                warc("conversion", b"Plain text.", 4, media_type="text/plain"),
            ),
        )
    )
    assert [(record.format, record.data) for record in records] == [("text", b"Plain text.")]
    assert problems == ["·: note: records that are no pages: 1 with status 404, 1 of image/png, 1 of type revisit"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Encoding: gzip\r\n", gzip.compress(PAGE)),
        ("Content-Encoding: gzip\r\n", PAGE),
        ("Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)),
        ("Transfer-Encoding: chunked\r\n", PAGE),
    ],
    ids=["packed", "unpacked already", "in chunks", "joined already"],
)
def test_answers_are_unpacked_as_they_were_sent(headers: str, body: bytes, tmp_path: Path) -> None:
    sent = http(body, headers=f"Content-Type: text/html\r\n{headers}")
    assert [record.data for record in read(put(tmp_path / "a.warc", warc("response", sent)))[0]] == [PAGE]


@pytest.mark.parametrize("packed", [True, False])
def test_reading_goes_on_behind_a_damaged_record(packed: bool, tmp_path: Path) -> None:
    parts = [warc("response", http(), number) for number in range(4)]
    if packed:
        parts = [gzip.compress(part) for part in parts]
        parts[1] = parts[1][:40] + b"\xff" * 60 + parts[1][100:]
    else:
        parts[1] = b"JUNK" + parts[1][4:]
    records, problems = read(put(tmp_path / "a.warc", b"".join(parts)))
    assert [record.key for record in records] == ["record-0", "record-2", "record-3"]
    assert [problem.partition(":2: ")[2].startswith("the record is damaged") for problem in problems] == [True]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["unpacked", "packed"])
def test_half_a_page_of_a_web_archive_is_named_and_never_taken_for_the_page(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    dice = random.Random(1)
    page = b"<p>" + b" ".join(b"%x" % dice.getrandbits(64) for _ in range(9_000)) + b"</p>"
    whole = pack(warc("response", http(), 1)) + pack(warc("response", http(page), 2))
    records, problems = read(put(tmp_path / "a.warc", whole[:-40_000]))
    assert [record.key for record in records] == ["record-1"]
    assert [problem.startswith("·:2: the record is cut off after ") for problem in problems] == [True]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.zip", b"", "is empty"),
        ("a.zip", b"PK", "is cut off, or no zip file: the list of its files, which stands at its end, is missing"),
        ("a.zip", zipped({"a.txt": b"one"})[:-30], "is cut off, or no zip file: the list of its files, which stands"),
        ("a.txt.gz", gzip.compress(b"one")[:-9], "is cut off; what is whole before that is read"),
    ],
)
def test_what_is_cut_off_is_named_in_words_that_help(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    records, (problem,) = read(put(tmp_path / name, data))
    assert records == []
    assert words in problem


# ---------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress], ids=["gz", "bz2"])
def test_what_unpacks_to_many_times_its_size_is_given_up(pack: object, tmp_path: Path) -> None:
    lines = b'{"body": "x"}\n' * 2_000_000
    path = put(tmp_path / f"a.jsonl.{'gz' if pack is gzip.compress else 'bz2'}", pack(lines))  # type: ignore[operator]
    source_records, problems = read(path, limits=SMALL)
    assert len(source_records) * 14 <= 3 * MEGABYTE
    assert problems == ["·: unpacks to more than 20 times its size; the rest is passed over"]


def test_zip_files_within_zip_files_end_somewhere(tmp_path: Path) -> None:
    inner = zipped({"a.txt": b"deep"})
    for _ in range(4):
        inner = zipped({"a.txt": b"text", "inner.zip": inner})
    records, problems = read(put(tmp_path / "a.zip", inner), limits=SMALL)
    assert len(records) == 2
    assert problems == ["·/inner.zip/inner.zip: is packed inside 2 others; it is passed over"]


def test_too_many_files_in_one_are_given_up(tmp_path: Path) -> None:
    for name, data in (
        ("a.zip", zipped({f"{number}.txt": b"x" for number in range(60)})),
        ("a.tar", tarred({f"{number}.txt": b"x" for number in range(60)})),
    ):
        records, problems = read(put(tmp_path / name, data), limits=SMALL)
        assert len(records) <= 50
        assert len(problems) == 1


def test_names_that_lead_out_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    hostile = {"../../etc/a.txt": b"x", "/etc/b.txt": b"x", "good.txt": b"good", "__MACOSX/._good.txt": b"x"}
    with io.BytesIO() as data:
        with tarfile.open(fileobj=data, mode="w") as archive:
            for name, content in hostile.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)):
                info = tarfile.TarInfo(f"{number}.txt")
                info.type, info.linkname = kind, "/etc/passwd"
                archive.addfile(info)
        put(tmp_path / "a.tar", data.getvalue())
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    put(tmp_path / "a.zip", zipped(hostile))
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive_:
        archive_.writestr(link, "/etc/passwd")
    for name in ("a.tar", "a.zip"):
        records, problems = read(tmp_path / name)
        assert [record.data for record in records] == [b"good"]
        assert [problem.rpartition(": ")[2] for problem in problems] == [
            "its name leads out of the archive; it is passed over"
        ] * 2


def test_a_long_file_is_never_held_in_memory_as_a_whole(tmp_path: Path) -> None:
    """Batches come while most of the file is still unread."""
    path = put(tmp_path / "a.jsonl", b'{"body": "%b"}\n' % (b"x" * 1000) * 40_000)
    archive = FileArchive()
    source = Source(id=SourceId("a"), kind="archive", address=str(path))
    (part,) = archive.list_slices(source)
    batch = next(archive.iter_batches(source, part))
    assert batch.position < 3 * MEGABYTE < part.size


# ------------------------------------------------------------------------------------------- addresses


def test_addresses_and_patterns_are_read(tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.txt", "One.")
    put(tmp_path / "in" / "b.txt", "Two.")
    put(tmp_path / "a.zip", zipped({"inner/c.txt": b"Three."}))
    memory = fsspec.filesystem("memory")
    memory.pipe({"/box/d.txt": b"Four.", "/box/e.bin": b"x"})
    expected = {
        f"file://{tmp_path}/in": ["One.", "Two."],
        f"{tmp_path}/in/*.txt": ["One.", "Two."],
        f"{tmp_path}/**/b.*": ["Two."],
        f"zip://inner::file://{tmp_path}/a.zip": ["Three."],
        "memory://box": ["Four."],
        "memory://box/*.txt": ["Four."],
    }
    for address, texts in expected.items():
        assert [record.data.decode() for record in read(address)[0]] == texts, address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://example.org/a.zip", '"https" is not one of'),
        ("zip://a.txt::http://10.0.0.1/a.zip", '"http" is not one of'),
        ("simplecache::s3://bucket/a.zip", '"simplecache" is not one of'),
        ("memory://nowhere", "no such file"),
        ("nothing-here/*.txt", "no such file"),
        ("s3://key:secret@bucket/a.txt", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_read_is_named_without_its_secrets(address: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(address)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


# ------------------------------------------------------------------------------------------------ fuzz


def _damaged(seed: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some others between and in the place of them."""
    edit = st.tuples(st.integers(0, len(seed)), st.integers(0, 8), st.binary(max_size=8))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        data = seed
        for at, cut, new in edits:
            data = data[:at] + new + data[at + cut :]
        return data

    return st.lists(edit, max_size=6).map(apply)


def _seeds() -> Iterator[tuple[str, bytes]]:
    yield "a.warc", warc("response", http()) * 2
    yield "a.warc.gz", packed_warc(warc("response", http()), warc("response", http(), 2))
    yield "a.mbox", b"From a\nSubject: x\n\nText\n\nFrom b\nContent-Type: text/html\n\n<p>x\n"
    yield "a.csv", b'title,body\na,"b\nc"\nd,e\n'
    yield "a.jsonl", b'{"title": "a"}\n[1]\n{"body": null}\n'
    yield "a.zip", zipped({"a.txt": b"x" * 50, "b.jsonl": b"{}\n"})
    yield "a.tar.gz", tarred({"a.txt": b"x", "b.csv": b"title\nx\n"}, "w:gz")


@pytest.mark.parametrize(("name", "seed"), list(_seeds()))
def test_no_bytes_make_a_reader_raise(name: str, seed: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("fuzz") / name

    @settings(max_examples=150, deadline=None, database=None)
    @given(st.one_of(_damaged(seed), st.binary(max_size=300)))
    def run(data: bytes) -> None:
        path.write_bytes(data)
        read(path, limits=SMALL)

    run()
