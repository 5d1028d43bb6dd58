"""iana/vocabularies.py: names of other collectors, on the facts as they are and on rows it must refuse."""

import shutil

import pytest

from tests.conftest import ROOT

IANA = ROOT / "iana"
FOLDERS = ("vocabularies", "netflow-v9")


@pytest.fixture(scope="module")
def facts(generator):
    return generator["keys"].collect(IANA)


@pytest.fixture
def folder(tmp_path):
    """A copy of the files that a test may change."""
    for name in FOLDERS:
        shutil.copytree(IANA / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def collect(generator, facts, folder):
    return lambda: generator["vocabularies"].collect_vocabularies(folder, facts)


def append(folder, file, line):
    with open(folder / file, "a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def names(collected, table):
    return {name.key: name for name in collected.tables[table]}


ECS = "vocabularies/ecs.csv"
GOFLOW2 = "vocabularies/goflow2.csv"
LOGSTASH = "vocabularies/logstash-codec-netflow.csv"
CHOICES = "vocabularies/choices.csv"


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        (CHOICES, "ecs,no.such,,leave,x", "no field 'no.such' of ecs, or nothing to choose"),
        (CHOICES, "ecs,network.name,1,leave,x", "network.name has no 1"),
        (CHOICES, "ecs,network.name,9999,take,", "element 9999 is in no file"),
        (CHOICES, "ecs,network.name,8,take,", "sourceIPv4Address is 'source.ip' already, not 'network.name'"),
        (CHOICES, "ecs,network.name,Name,take,", "'Name', expected the number of an element"),
        (CHOICES, "ecs,source.mac,,note,again", "ecs, source.mac, , note is also on line"),
        (CHOICES, "ecs,no.such,,back,", "no field 'no.such' of ecs, or nothing to choose"),
        (CHOICES, "ecs,source.mac,,drop,x", "no field 'source.mac' of ecs, or nothing to choose"),
        (CHOICES, "nfdump,ra,,leave,x", "vocabulary nfdump, expected one of cisco, ecs, goflow2, logstash"),
        (ECS, "a.b,ip,core,,8,,,,direct,ecs,,", "sourceIPv4Address is 'source.ip' already, not 'a.b'"),
        (ECS, "a.b,ip,core,,8,,,,guessed,ecs,,", "unknown derivation 'guessed'"),
        (ECS, "source.ip,ip,core,,8,,,,direct,ecs,,", "source.ip is also on line"),
        (GOFLOW2, "a,uint32,,,9999,,,", "element 9999 is in no file"),
        (GOFLOW2, "a,uint32,,,1x,,,", "'1x', expected the number of an element"),
        (LOGSTASH, "netflow5-header,,sampling.interval,a", "sampling.interval is also on line"),
        (LOGSTASH, "netflow8,,1,a", "unknown protocol 'netflow8', expected one of netflow5, netflow9, netflow9-scope"),
        (LOGSTASH, "netflow5,,octets,a", "'octets', expected one of srcaddr, dstaddr"),
        (LOGSTASH, "netflow9-scope,,6,a", "'6', expected one of 1, 2, 3, 4, 5"),
        (LOGSTASH, "netflow9,,in_bytes,a", "'in_bytes', expected a field type"),
        (LOGSTASH, "netflow9,,40006,a", "element 40006 is in no file"),
        (LOGSTASH, "ipfix,9,32000,a", "element 9/32000 is in no file"),
        (LOGSTASH, "ipfix,,1,a", "octetDeltaCount is 'octetDeltaCount' already, not 'a'"),
    ],
)
def test_refused(generator, folder, collect, file, line, message):
    append(folder, file, line)
    with pytest.raises(generator["facts"].FactError) as refused:
        collect()
    assert message in str(refused.value)
    assert str(refused.value).startswith("vocabularies/")


def test_a_name_that_nothing_can_hold_is_refused(generator, folder, collect):
    append(folder, GOFLOW2, "a|b,uint32,,,200,,,")
    with pytest.raises(generator["facts"].FactError, match=r"mplsTopLabelTTL a\|b: a cell has a character"):
        generator["vocabularies"].table_lines(collect().tables["goflow2"])


def test_ways_back(folder, collect):
    append(folder, GOFLOW2, "alone,uint32,,,200,,,")
    append(folder, GOFLOW2, "two,uint32,,,202;203,,,")
    append(folder, GOFLOW2, "kinds,uint32,,,205;206,,,")
    append(folder, CHOICES, "goflow2,kinds,,back,")
    append(folder, GOFLOW2, "TCP_FLAGS,uint32,,,204,,,")  # a key of a vendor's element
    found = names(collect(), "goflow2")
    assert found["mplsTopLabelTTL"][1:] == ("alone", "=", "")
    assert found["mplsLabelStackDepth"][1:] == found["mplsTopLabelExp"][1:] == ("two", "", "")
    assert found["udpMessageLength"][1:] == found["isMulticast"][1:] == ("kinds", "1", "")
    assert found["ipPayloadLength"][1:] == ("TCP_FLAGS", "1", "also the key of another element")
    assert (found["sourceIPv4Address"].way, found["sourceIPv6Address"].way) == ("4", "6")


def test_what_is_left_out_has_a_reason(folder, collect):
    append(folder, ECS, "a.sum,long,core,,200;202,,,,sum,ecs,,")
    append(folder, ECS, "a.direct,long,core,,203;204,,,,first-of,ecs,,")
    append(folder, CHOICES, "ecs,a.direct,204,leave,of another unit")
    left = {(each.name, each.keys): each.reason for each in collect().left["ecs"]}
    assert left["a.sum", ()] == "a sum"
    assert left["a.direct", ("ipPayloadLength",)] == "of another unit"
    assert all(left.values())


def test_every_field_is_given_or_left_out(collect):
    collected = collect()
    for table, count in (("ecs", 106), ("goflow2", 56)):
        given = {name.name for name in collected.tables[table]}
        left = {each.name for each in collected.left[table]}
        whole = {each.name for each in collected.left[table] if not each.keys}
        assert len(given | left) == count
        assert not given & whole


def test_synonyms_are_neither_keys_nor_names(collect):
    found = collect().tables["cisco"]
    given = {name.name for name in found if name.way != "<"}
    synonyms = {name.name: name.key for name in found if name.way == "<"}
    assert synonyms["TOS"] == "ipClassOfService"
    assert len(synonyms) == 8
    assert not given & set(synonyms)
    assert "INGRESS_ACL_ID" not in synonyms  # the key of what is NF_F_INGRESS_ACL_ID
