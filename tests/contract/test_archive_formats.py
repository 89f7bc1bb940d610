"""What every archive format keeps to: one sample each, alone, in a folder, packed, cut off and damaged."""

import bz2
import gzip
import lzma
import random
from pathlib import Path

import pytest
from backports import zstd

from monitor.errors import Problem
from monitor.model import Record, Source, SourceId
from monitor.sources.archive import FileArchive
from monitor.sources.formats import FORMATS, Formats
from tests.sources.archives import PAGE, http, packed_warc, read, tarred, warc, zipped

MAIL = b"From: a@example.org\nSubject: Rain\nMessage-ID: <1@example.org>\n\nThe river rose.\n"
_ARC_HEAD = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n\n"
ARC = b"".join(
    (
        b"filedesc://a.arc 0.0.0.0 20210422100000 text/plain %d\n" % len(_ARC_HEAD),
        _ARC_HEAD + b"\n",
        b"https://example.org/1 1.2.3.4 20210422100000 text/html %d\n" % len(http()),
        http(),
        b"\n",
    )
)
SAMPLES: dict[str, bytes] = {
    "a.txt": b"The river rose overnight.",
    "a.html": PAGE,
    "a.json": b'[{"title": "Rain"}, {"title": "Sun"}]',
    "a.jsonl": b'{"title": "Rain"}\n{"title": "Sun"}\n',
    "a.csv": b"title,body\nRain,The river rose.\nSun,It shone.\n",
    "a.tsv": b"title\tbody\nRain\tThe river rose.\n",
    "a.xml": b"<rss version='2.0'><channel><item><title>Rain</title></item></channel></rss>",
    "a.eml": MAIL,
    "a.mbox": b"From a@example.org Thu Apr 22\n" + MAIL + b"\nFrom b@example.org Thu Apr 22\n" + MAIL,
    "a.warc": warc("response", http()),
    "a.warc.gz": packed_warc(warc("warcinfo", b"x: y", 0), warc("response", http())),
    "a.arc": ARC,
    "a.zip": zipped({"a.txt": b"one", "folder/b.jsonl": b'{"title": "two"}\n'}),
    "a.tar": tarred({"a.txt": b"one"}),
    "a.tar.gz": tarred({"a.txt": b"one"}, "w:gz"),
    "a.tar.bz2": tarred({"a.txt": b"one"}, "w:bz2"),
    "a.tar.xz": tarred({"a.txt": b"one"}, "w:xz"),
    "a.txt.gz": gzip.compress(b"one"),
    "a.txt.bz2": bz2.compress(b"one"),
    "a.txt.xz": lzma.compress(b"one"),
    "a.txt.zst": zstd.compress(b"one"),
}


def test_every_format_has_a_sample() -> None:
    assert {Formats().find(name) for name in SAMPLES} == set(FORMATS)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_alone_and_in_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SAMPLES[name])
    alone, problems = read(tmp_path / name)
    assert alone
    assert [problem for problem in problems if ": note: " not in problem] == []
    assert [(each.key, each.data) for each in read(tmp_path)[0]] == [(each.key, each.data) for each in alone]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("pack", ["zip", "tar.gz", "gz"])
def test_a_sample_is_read_inside_another_archive(name: str, pack: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SAMPLES[name])
    alone, _ = read(tmp_path / name)
    packed = {
        "zip": lambda: zipped({f"inside/{name}": SAMPLES[name]}),
        "tar.gz": lambda: tarred({f"inside/{name}": SAMPLES[name]}, "w:gz"),
        "gz": lambda: gzip.compress(SAMPLES[name]),
    }[pack]()
    path = tmp_path / (f"{name}.gz" if pack == "gz" else f"outer.{pack}")
    path.write_bytes(packed)
    inside, problems = read(path)
    assert [problem for problem in problems if ": note: " not in problem] == []
    assert [(each.key, each.data) for each in inside] == [(each.key, each.data) for each in alone]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_batches_come_in_every_run(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SAMPLES[name])
    source = Source(id=SourceId("archive"), kind="archive", address=str(tmp_path))
    runs = []
    for archive in (FileArchive(), FileArchive()):
        runs.append([batch for part in archive.list_slices(source) for batch in archive.iter_batches(source, part)])
    assert runs[0] == runs[1]


@pytest.mark.parametrize("name", SAMPLES)
def test_whatever_is_damaged_is_named_and_never_raised(name: str, tmp_path: Path) -> None:
    dice = random.Random(name)
    for number in range(40):
        data = bytearray(SAMPLES[name])
        if number < 20:
            data = data[: dice.randrange(len(data))]
        for _ in range(dice.randrange(6)):
            if data:
                data[dice.randrange(len(data))] = dice.randrange(256)
        (tmp_path / name).write_bytes(data)
        source = Source(id=SourceId("archive"), kind="archive", address=str(tmp_path / name))
        archive = FileArchive()
        for part in archive.list_slices(source):
            for batch in archive.iter_batches(source, part):
                assert all(isinstance(each, Record | Problem) for each in batch.found)
