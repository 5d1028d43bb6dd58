"""iana/generate.py on CSV files as IANA publishes them, and on files it must refuse."""

import csv
import io
import runpy
import shutil

import pytest

from netflowparse.registry import _iana
from tests.conftest import ROOT

IANA = ROOT / "iana"
ELEMENTS = "ipfix-information-elements.csv"
NEXT = max(_iana.ELEMENTS) + 1
EXAMPLE = "vendor/64999-example.csv"
HEADINGS = "pen,element_id,name,data_type,semantics,units,status,aliases,sources,tier,notes"


@pytest.fixture
def folder(tmp_path):
    """A copy of iana/ whose files a test may change, with the modules made of it in ``out``."""
    copied = tmp_path / "iana"
    shutil.copytree(IANA, copied, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(ROOT / "netflowparse" / "registry", copied / "out", ignore=shutil.ignore_patterns("__pycache__"))
    return copied


@pytest.fixture
def example(folder, run):
    """The copy with a vendor's file of one element, which is in the modules: its rows are those of the tests."""
    (folder / EXAMPLE).write_text(f"{HEADINGS}\n64999,137,queueDepth,unsigned16,,,current,,example,b,\n")
    append(folder, "pen.csv", "64999,Example,")
    assert run() == (0, "")
    return EXAMPLE


@pytest.fixture
def run(generator, folder, capsys):
    """The generator's command on the copy: (exit status, what it said on stderr)."""

    def command(*options):
        status = generator["generate"].main([*options, "--facts", str(folder), "--out", str(folder / "out")])
        return status, capsys.readouterr().err

    return command


def written(folder, module):
    return runpy.run_path(str(folder / "out" / module))


def change(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def append(folder, file, line):
    with open(folder / file, "a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def test_a_file_as_iana_publishes_it_drops_in(folder, run):
    with open(folder / ELEMENTS, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0], "Errata"], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        row["Name"] += "\n"
        row["Description"] = 'A long "text",\r\n\r\n  of several lines: and a colon.'
        row["Additional Information"] += "\r\nsee also"
        writer.writerow({**row, "Errata": ""})
    (folder / ELEMENTS).write_bytes(("\ufeff" + text.getvalue()).encode())
    assert run("--check") == (0, "")


def test_full_descriptions_give_the_same_labels(folder, run):
    file = "ipfix/classification-engine-ids.csv"
    change(folder, file, "21,Qosmos ixEngine,", '21,"The Qosmos engine, as a whole\nsentence without a label.",')
    change(folder, file, "13,PANA-L7,", '13,"PANA-L7: Proprietary layer 7 definition,\n see x: y.",')
    assert run("--check") == (0, "")


def test_check_names_the_modules_that_differ(folder, run):
    append(folder, "pen.csv", "99999,Example,")
    status, said = run("--check")
    assert (status, said) == (1, "_enterprise.py differs from what iana/generate.py writes\n")
    assert run() == (0, "")
    assert run("--check") == (0, "")
    assert written(folder, "_enterprise.py")["ORGANISATIONS"][99999] == "Example"


def test_modules_are_written_where_none_are(folder, run):
    before = {path.name: path.read_bytes() for path in (folder / "out").glob("_[a-z]*.py")}
    for path in (folder / "out").iterdir():
        path.unlink()
    assert run() == (0, "")
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_a_new_highest_id_is_a_warning(folder, run):
    change(folder, ELEMENTS, f"{NEXT}-32767,", f"{NEXT + 1}-32767,")
    append(folder, ELEMENTS, f"{NEXT},newElement,unsigned8,,current,,,,,,,")
    assert run() == (0, f"warning: highest element is now {NEXT} newElement, was {NEXT - 1}\n")
    assert written(folder, "_iana.py")["ELEMENTS"][NEXT] == ("newElement", "unsigned8", "", "", "", "current")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1,octetDeltaCount,unsigned64,", "1,octetDeltaCount,uint64,", "line 3: id 1: unknown data type 'uint64'"),
        ("1,octetDeltaCount,unsigned64,", "1,octetDeltaCount,,", "line 3: id 1: unknown data type ''"),
        ("1,octetDeltaCount,unsigned64,deltaCounter", "1,octetDeltaCount,unsigned64,d", "id 1: unknown semantics 'd'"),
        (
            "\n3,deltaFlowCount,unsigned64,deltaCounter,current,,flows",
            "\n3,deltaFlowCount,unsigned64,deltaCounter,current,,cows",
            "line 5: id 3: unknown unit 'cows'",
        ),
        (
            "\n3,deltaFlowCount,unsigned64,deltaCounter,current",
            "\n3,deltaFlowCount,unsigned64,deltaCounter,fresh",
            "line 5: id 3: unknown status 'fresh'",
        ),
        ("\n3,deltaFlowCount", "\n2,deltaFlowCount", "line 5: duplicate id 2, also on line 4"),
        ("65-69,", "64-69,", "duplicate id 64, also on line 66"),
        ("\n3,deltaFlowCount", "\n3,packetDeltaCount", "line 5: id 3: name packetDeltaCount is also on line 4"),
        ("\n3,deltaFlowCount", "\n3,PacketDeltaCount", "line 5: id 3: name PacketDeltaCount is also on line 4"),
        ("\n3,deltaFlowCount", "\n3,tunnelDeltaFlowCount", "element 3 was deltaFlowCount unsigned64, now tunnelDelta"),
        ("deltaFlowCount,unsigned64", "deltaFlowCount,unsigned32", "line 5: element 3 was deltaFlowCount unsigned64,"),
        (f"{NEXT}-32767,", f"{NEXT}-40000,", "id 40000, expected at most 32767"),
    ],
)
def test_refused_elements_of_iana(folder, run, old, new, message):
    if "tunnel" in new:
        change(folder, "netflow-v9/field-types.csv", "3,deltaFlowCount", "3,tunnelDeltaFlowCount")
    change(folder, ELEMENTS, old, new)
    status, said = run()
    assert status == 1
    assert said.startswith(f"error: {ELEMENTS}")
    assert message in said


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        (EXAMPLE, "64999,1,x,uint8,,,current,,,,", "line 3: id 1: unknown data type 'uint8'"),
        (EXAMPLE, "64999,1,x,string,sum,,current,,,,", "line 3: id 1: unknown semantics 'sum'"),
        (EXAMPLE, "64999,1,x,string,,bytes,current,,,,", "line 3: id 1: unknown unit 'bytes'"),
        (EXAMPLE, "64999,137,x,string,,,current,,,,", "duplicate id 137 of enterprise 64999"),
        (EXAMPLE, "9,1,x,string,,,current,,,,", "line 3: pen 9, expected the one of the file name"),
        (EXAMPLE, "64999,40000,x,string,,,current,,,,", "line 3: id 40000, expected at most 32767"),
        (EXAMPLE, "64999,1,scope,string,,,current,,,,", "name 'scope' is kept for something else"),
        (EXAMPLE, "64999,1,ie7,string,,,current,,,,", "name 'ie7' is kept for something else"),
        (EXAMPLE, "64999,1,pen9_x,string,,,current,,,,", "name 'pen9_x' is kept for something else"),
        ("pen.csv", "64999,Example again,", "64999 is also on line"),
        ("netflow-v9/field-types.csv", "150,X,,,,1,packetDeltaCount,,,,,,,", "element 1 is 'octetDeltaCount' at IANA"),
        ("netflow-v9/field-types.csv", "40099,X,,,,,,9,1,,,,,", "element 1 of enterprise 9 is in no vendor file"),
        ("netflow-v9/field-types.csv", "8,X,,,,,,,,,,,,", "8 is also on line 9"),
        ("netflow-v9/field-types.csv", "9000,X,,,uint8,,,,,,,,,", "unknown data type 'uint8'"),
        ("netflow-v9/value-enumerations.csv", "61,DIRECTION,1,out,x", "flowDirection 1 is 'out', but 'egress'"),
        ("netflow-v5/enumerations.csv", "sampling_modes,1,x,", "unknown field 'sampling_modes', expected one of"),
        ("netflow-v5/enumerations.csv", "engine_type,0,x,", "engineType 0 is 'x', but 'RP' elsewhere"),
        ("netflow-v9/value-enumerations.csv", "9000,X,1,out,x", "field type 9000 is not in"),
        ("ipfix/ie-embedded-enumerations.csv", "61,flowWay,value,3,x,IANA", "flowWay is not element 61"),
        ("ipfix/ie-embedded-enumerations.csv", "61,flowDirection,bit,3,x,IANA", "unknown kind 'bit'"),
    ],
)
def test_refused_rows_of_our_own_tables(folder, run, example, file, line, message):
    append(folder, file, line)
    status, said = run()
    assert status == 1
    assert said.startswith(f"error: {file}, line ")
    assert message in said


def test_a_vanished_element_must_be_accepted(folder, run, example):
    (folder / example).write_text(f"{HEADINGS}\n")
    status, said = run()
    assert status == 1
    assert said.startswith("error: vendor/64999-*.csv: element 137 of enterprise 64999 (")
    assert run("--accept") == (0, "")
    assert 64999 not in written(folder, "_enterprise.py")["elements"]()
    assert run("--check") == (0, "")


def test_a_changed_type_must_be_accepted(folder, run):
    change(folder, ELEMENTS, "deltaFlowCount,unsigned64", "deltaFlowCount,unsigned32")
    assert run("--accept") == (0, "")
    assert written(folder, "_iana.py")["ELEMENTS"][3][1] == "unsigned32"


def test_shared_names_get_a_prefix_for_every_vendor(folder, run, example):
    append(folder, example, "64999,1,CLIENT_TCP_FLAGS,string,,,current,,,,")
    append(folder, example, "64999,2,sourceIPv4Address,string,,,current,,,,")
    append(folder, example, "64999,3,whatever,string,,,unknown-name,,,,")
    assert run() == (0, "")
    vendors = written(folder, "_enterprise.py")["elements"]()
    assert vendors[64999][1][:2] == ("CLIENT_TCP_FLAGS", "pen64999_CLIENT_TCP_FLAGS")
    assert vendors[35632][78][:2] == ("CLIENT_TCP_FLAGS", "pen35632_CLIENT_TCP_FLAGS")
    assert vendors[64999][2][1] == "pen64999_sourceIPv4Address"
    assert vendors[64999][3][:3] == ("pen64999_ie3", "pen64999_ie3", "string")


def test_one_vendor_may_not_use_a_name_twice(folder, run, example):
    append(folder, example, "64999,1,same,string,,,current,,,,")
    append(folder, example, "64999,2,same,string,,,current,,,,")
    status, said = run()
    assert (status, said) == (
        1,
        f"error: {example}, line 4: key 'pen64999_same' is also that of {example}, line 3\n",
    )
