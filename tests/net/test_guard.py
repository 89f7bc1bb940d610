"""The guard's table, by own vectors and by a larger set where one is at hand."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from monitor.net.guard import AddressGuard, AddressRefusedError

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "ssrf-vectors.json"
PUBLIC = AddressGuard()

REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.8.8",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1",
    "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:20::1",
    "2001:db8::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "8000::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
]  # fmt: skip
PASSED = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
    "192.0.1.1", "192.169.0.1", "223.255.255.254", "::ffff:8.8.8.8", "2001:4860:4860::8888", "2600::1", "2a00:1450::1",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        PUBLIC.check(address)


@pytest.mark.parametrize("address", PASSED)
def test_a_public_address_passes(address: str) -> None:
    PUBLIC.check(address)
    PUBLIC.check(ip_address(address))


@pytest.mark.skipif(not VECTORS.is_file(), reason="the larger set of vectors is not part of the project")
def test_the_larger_set_of_vectors_agrees() -> None:
    vectors = [vector for vector in json.loads(VECTORS.read_text()) if vector["kind"] == "ip"]
    assert [vector["value"] for vector in vectors if _is_refused(vector["value"]) != vector["block"]] == []


def test_a_refusal_names_the_address_its_kind_and_the_way_out() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        PUBLIC.check("127.0.0.1")
    assert str(caught.value) == (
        "address 127.0.0.1 is not public (loopback); allow_private in monitor.yaml may name its network"
    )


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "0x7f000001", "1.2.3.4.5", "x" * 9999])
def test_what_is_no_address_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(AddressRefusedError, match="is not an IP address") as caught:
        PUBLIC.check(text)
    assert len(str(caught.value)) < 120


def test_a_named_network_may_be_reached_and_its_neighbour_may_not() -> None:
    guard = AddressGuard((ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")))
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "8.8.8.8"):
        guard.check(address)
    for address in ("10.2.0.1", "fd00:2::5", "127.0.0.1"):
        with pytest.raises(AddressRefusedError):
            guard.check(address)


@pytest.mark.parametrize("address", ["64:ff9b::10.1.2.3", "2002:a01:203::1", "2001::1", "::ffff:0:10.1.2.3"])
def test_an_address_with_another_one_inside_is_refused_even_in_a_named_network(address: str) -> None:
    guard = AddressGuard((ip_network("::/0"), ip_network("0.0.0.0/0")))
    with pytest.raises(AddressRefusedError, match="never connected to"):
        guard.check(address)


def _is_refused(address: str) -> bool:
    try:
        PUBLIC.check(address)
    except AddressRefusedError:
        return True
    return False
