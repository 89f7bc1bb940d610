from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.model import BouncedRecipient, BounceKind, BounceReport, EmailAddress, Subscriber, SubscriberId
from monitor.route.bounces import explain_bounce, has_address, judge_bounce


def make_recipient(**fields: Any) -> BouncedRecipient:
    return BouncedRecipient(**{"addresses": ("ana@example.org",), "action": "failed", "status": "5.1.1"} | fields)


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", "hard"),
        ("failed", "5.1.10", "hard"),
        ("failed", "5.2.1", "hard"),
        ("failed", "5.4.4", "hard"),
        ("failed", "5.0.0", "hard"),
        ("failed", "5.2.2", "soft"),
        ("failed", "5.3.4", "soft"),
        ("failed", "5.7.1", "soft"),
        ("failed", "4.4.7", "soft"),
        ("failed", "", "soft"),
        ("delayed", "4.4.1", "soft"),
        ("delayed", "5.1.1", "soft"),
        ("delivered", "2.1.5", "other"),
        ("relayed", "2.0.0", "other"),
        ("expanded", "2.0.0", "other"),
        ("", "5.1.1", "other"),
    ],
)
def test_only_what_was_refused_for_good_because_of_the_address_is_hard(
    action: str, status: str, kind: BounceKind
) -> None:
    report = BounceReport(recipients=(make_recipient(action=action, status=status),))
    assert judge_bounce(report)[0] == kind


def test_of_several_recipients_the_worst_counts() -> None:
    late, gone = make_recipient(action="delayed", status="4.4.1"), make_recipient()
    assert judge_bounce(BounceReport(recipients=(late, gone))) == ("hard", gone)


@pytest.mark.parametrize(
    ("own", "named", "is_same"),
    [
        ("ana@example.org", "Ana@Example.ORG", True),
        ("ana@пример.example", "ana@xn--e1afmkfd.example", True),
        ("ana@example.org", "anna@example.org", False),
        ("ana@example.org", "", False),
        ("ana@example.org", "ana@" + "x" * 80, False),
    ],
)
def test_an_address_is_the_same_in_whatever_letters(own: str, named: str, is_same: bool) -> None:
    ana = Subscriber(id=SubscriberId("ana"), addresses=(EmailAddress(address=own),), timezone=ZoneInfo("UTC"))
    assert has_address(ana, [named]) == is_same


def test_a_subscriber_without_mail_has_no_address() -> None:
    assert not has_address(Subscriber(id=SubscriberId("x"), addresses=(), timezone=ZoneInfo("UTC")), [""])


def test_the_explanation_has_the_code_once_and_not_the_address() -> None:
    said = make_recipient(diagnostic="550 5.1.1 <ana@example.org>: User unknown")
    assert explain_bounce(said) == "mail came back: 550 5.1.1 <…>: User unknown"
    assert explain_bounce(make_recipient(diagnostic="no such user")) == "mail came back: 5.1.1 no such user"
    assert explain_bounce(make_recipient(status="")) == "mail came back: no reason was given"
