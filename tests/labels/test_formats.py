"""What each format of label files is taken to say; that files are known by their content."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains.address import parse_any
from cointrail.chains.moment import parse_time
from cointrail.errors import InputError
from cointrail.labels import Label, Labels, import_labels
from cointrail.labels.freezes import ADDED, DESTROYED, REMOVED, Freeze, spans

RONIN = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
POOL = "0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc"
BITCOIN = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"
OTHER = "1Kuf2Rd8mDyAViwBozGTNYnvWL8uYFrkVo"
TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
MONERO = "4" + "A" * 94
NOTHING = '"-0- "'


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def imported(folder: Path, address: str, time: int | None = None) -> list[Label]:
    said = Labels(folder).at(parse_any(address), time)
    return [label for label in said if label.file not in ("builtin.csv", "listings.csv")]


def sdn(number: int, name: str, remarks: str) -> str:
    return f'{number},"{name}","-0- ","DPRK3",{",".join([NOTHING] * 7)},"{remarks}"\n'


def test_the_old_form_of_the_sanctions_list(tmp_path: Path) -> None:
    cut = f"Website x.org; Digital Currency Address - ETH {RONIN}; alt. Digital Currency Address - XBT {BITCOIN[:9]}"
    text = sdn(36, "AEROCARIBBEAN AIRLINES", "-0- ")
    text += sdn(27307, "LAZARUS GROUP", cut)
    text += sdn(2, "OTHER", f"Digital Currency Address - XMR {MONERO}; alt. Digital Currency Address - USDT {TRON}.")
    path = write(tmp_path, "list.txt", text + "\x1a")
    write(
        tmp_path, "SDN_COMMENTS.CSV", f'27307,"{BITCOIN[9:]}; Digital Currency Address - BCH "\n27307,"{OTHER}."\n\x1a'
    )
    done = import_labels([path], tmp_path / "ledger")
    assert (done.labels, done.skipped, done.silent, done.bad) == (4, 1, 1, 0)
    [ronin] = imported(tmp_path / "ledger", RONIN)
    assert (ronin.entity, ronin.category, ronin.network) == ("LAZARUS GROUP", "sanctions", "ethereum")
    assert ronin.valid_from == parse_time("2022-04-14")  # the day of the listing, which the list does not say
    assert [label.network for label in imported(tmp_path / "ledger", BITCOIN)] == ["bitcoin"]
    assert [label.network for label in imported(tmp_path / "ledger", OTHER)] == ["bitcoin-cash"]
    assert [label.entity for label in imported(tmp_path / "ledger", TRON)] == ["OTHER"]


def test_remarks_that_are_cut_are_said(tmp_path: Path) -> None:
    rows = [sdn(number, f"NAME {number}", "-0- ") for number in range(300)]
    rows += [sdn(301, "A", f"Digital Currency Address - XBT {BITCOIN}; alt. Digital Currency Addr")]
    rows += [sdn(302, "B", f"Digital Currency Address - XBT {BITCOIN[:7]}")]
    done = import_labels([write(tmp_path, "sdn.csv", "".join(rows))], tmp_path / "ledger")
    assert (done.labels, done.bad) == (1, 2)
    assert done.quarantine is not None
    said = done.quarantine.read_text().splitlines()
    assert [line.split(",")[1] for line in said[1:]] == ["301", "302"]
    assert all("put sdn_comments.csv beside sdn.csv" in line for line in said[1:])


ADVANCED = f"""<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML">
 <DateOfIssue CalendarTypeID="1"><Year>2024</Year><Month>1</Month><Day>2</Day></DateOfIssue>
 <ReferenceValueSets><FeatureTypeValues>
  <FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType>
  <FeatureType ID="344" FeatureTypeGroupID="1">Digital Currency Address - XBT</FeatureType>
  <FeatureType ID="8" FeatureTypeGroupID="1">Birthdate</FeatureType>
 </FeatureTypeValues></ReferenceValueSets>
 <DistinctParties>
  <DistinctParty FixedRef="1"><Profile ID="11" PartySubTypeID="4"><Identity ID="5" Primary="true">
    <Alias FixedRef="1" AliasTypeID="1403" Primary="true"><DocumentedName ID="2"><DocumentedNamePart>
      <NamePartValue NamePartGroupID="3">MADE &amp; UP</NamePartValue></DocumentedNamePart></DocumentedName></Alias>
    <Alias FixedRef="1" AliasTypeID="1400" Primary="false"><DocumentedName ID="3"><DocumentedNamePart>
      <NamePartValue NamePartGroupID="4">ALIAS</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity>
   <Feature ID="1" FeatureTypeID="344"><FeatureVersion ID="1"><Comment/>
     <VersionDetail DetailTypeID="1432">{BITCOIN}</VersionDetail></FeatureVersion></Feature>
   <Feature ID="2" FeatureTypeID="345"><FeatureVersion ID="2"><Comment/>
     <VersionDetail DetailTypeID="1432">{RONIN}</VersionDetail></FeatureVersion></Feature>
   <Feature ID="3" FeatureTypeID="8"><FeatureVersion ID="3">
     <VersionDetail DetailTypeID="1430">x</VersionDetail></FeatureVersion></Feature>
  </Profile></DistinctParty>
  <DistinctParty FixedRef="2"><Profile ID="12"/></DistinctParty>
 </DistinctParties>
 <SanctionsEntries><SanctionsEntry ID="1" ProfileID="11" ListID="1550"><EntryEvent ID="1" EntryEventTypeID="1">
   <Date CalendarTypeID="1"><Year>2018</Year><Month>11</Month><Day>8</Day></Date></EntryEvent></SanctionsEntry>
 </SanctionsEntries>
</Sanctions>
"""
PLAIN = f"""<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation><Publish_Date>01/02/2024</Publish_Date>
 </publshInformation>
 <sdnEntry><uid>25308</uid><firstName>Some</firstName><lastName>BODY</lastName><sdnType>Individual</sdnType>
  <idList><id><uid>1</uid><idType>Passport</idType><idNumber>E1</idNumber></id>
   <id><uid>2</uid><idType>Digital Currency Address - XBT</idType><idNumber>{BITCOIN}</idNumber></id>
   <id><uid>3</uid><idType>Digital Currency Address - XMR</idType><idNumber>{MONERO}</idNumber></id></idList></sdnEntry>
 <sdnEntry><uid>2</uid><lastName>NOBODY</lastName></sdnEntry>
</sdnList>
"""


def test_the_sanctions_list_in_xml(tmp_path: Path) -> None:
    done = import_labels([write(tmp_path, "advanced", ADVANCED)], tmp_path / "one")
    assert (done.labels, done.skipped, done.silent, done.bad) == (2, 0, 1, 0)
    [bitcoin] = imported(tmp_path / "one", BITCOIN)
    assert (bitcoin.entity, bitcoin.valid_from) == ("MADE & UP", parse_time("2018-11-08"))
    [ronin] = imported(tmp_path / "one", RONIN)
    assert ronin.valid_from == parse_time("2022-04-14")  # known better than by the entity's own listing
    done = import_labels([write(tmp_path, "plain", PLAIN)], tmp_path / "two")
    assert (done.labels, done.skipped, done.silent, done.bad) == (1, 1, 1, 0)
    assert [label.entity for label in imported(tmp_path / "two", BITCOIN)] == ["BODY, Some"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sdnList/>', "declares a document type"),
        ("<sdnList>" + "<a>" * 100, "nested more than"),
        ("<sdnList><sdnEntry></sdnList>", "not XML that can be read"),
        (f"<sdnList><a>{'x' * 70_000}</a></sdnList>", "a text of more than"),
    ],
)
def test_hostile_xml_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        import_labels([write(tmp_path, "list.xml", text)], tmp_path / "ledger")
    assert not (tmp_path / "ledger").exists()


def test_lists_of_addresses(tmp_path: Path) -> None:
    sanctioned = write(tmp_path, "sanctioned_addresses_ETH.json", json.dumps([RONIN, POOL]))
    write(tmp_path, "sanctioned_addresses_ETH.txt", f"{RONIN}\n{POOL}\n")
    other = write(tmp_path, "sanctioned_addresses_XMR.txt", f"{MONERO}\n")
    both = import_labels([sanctioned, tmp_path / "sanctioned_addresses_ETH.txt", other], tmp_path / "ledger")
    assert (both.labels, both.known, both.skipped, both.bad) == (2, 2, 1, 0)
    [pool] = imported(tmp_path / "ledger", POOL)
    assert (pool.valid_from, pool.valid_to) == (parse_time("2022-08-08"), parse_time("2025-03-21"))
    mine = write(tmp_path, "watched.txt", f"# mine\n{RONIN}\n\n{BITCOIN}, my exchange\n")
    same = {"category": "scam", "source": "me"}
    assert import_labels([mine], tmp_path / "mine", same=same).labels == 2
    [label] = imported(tmp_path / "mine", BITCOIN)
    assert (label.entity, label.category, label.source) == ("my exchange", "scam", "me")
    assert [label.entity for label in imported(tmp_path / "mine", RONIN)] == ["watched"]


def test_objects_by_address_and_by_domain(tmp_path: Path) -> None:
    tags = {
        RONIN: {"name": "Exploiter", "labels": ["unheard-of", "heist"]},
        POOL: {"name": "", "labels": ["tornado-cash", "blocked"]},
    }
    bsc = write(tmp_path, "data/bscscan/all.json", json.dumps(tags))
    assert import_labels([bsc], tmp_path / "tags").labels == 2
    [ronin], [pool] = (imported(tmp_path / "tags", address) for address in (RONIN, POOL))
    assert (ronin.category, ronin.network, pool.entity, pool.category) == (
        "heist",
        "bsc",
        "tornado-cash",
        "tornado-cash",
    )
    drainers = write(tmp_path, "combined.json", json.dumps({"evil.example": [RONIN], "": [POOL]}))
    assert import_labels([drainers], tmp_path / "drainers").labels == 2
    assert [label.entity for label in imported(tmp_path / "drainers", RONIN)] == ["evil.example"]


HEADS = {
    "banned_address,wallet_tag,data_source": (f"{RONIN},Fake_1,etherscan-phish-hack-list", ("Fake_1", "phish")),
    "address,etherscan_tag,etherscan_labels,is_contract": (
        f"{RONIN},Fake_2,phish-hack,False",
        ("Fake_2", "phish-hack"),
    ),
    "contract_address,contract_tag,contract_creator,contract_creator_tag,source,notes": (
        f"{RONIN},,0x1,Creator,https://x,A hack",
        ("Creator", "malicious_contract"),
    ),
    "address,name,account_type,entity,legitimacy,tags": (
        f'{RONIN},Name,eoa,,0,"a, upbit hack"',
        ("Name", "upbit hack"),
    ),
    "address,name,account_type,type": (f"{RONIN},Name,eoa,Exchange", ("Name", "Exchange")),
    ",Address,Name Tag,Balance,Txn Count": (f'0,{RONIN},,"1,000 ETH",7', ("tornado-cash", "tornado-cash")),
    "address,type,amountReceivedUSD,amountReceivedBTC": (
        f"{BITCOIN},origCluster,1,2",
        ("ransomware payment address", "ransomware"),
    ),
    "id,schema,name,aliases,identifiers,dataset,first_seen,last_seen": (
        f"x,CryptoWallet,{BITCOIN},Locky,{BITCOIN},ransomwhe.re ransomware addresses,2023-04-20,2023-04-20",
        ("Locky", "ransomware"),
    ),
}


@pytest.mark.parametrize("head", HEADS)
def test_tables_under_headings_of_their_own(head: str, tmp_path: Path) -> None:
    row, (entity, category) = HEADS[head]
    assert import_labels([write(tmp_path, "tornado-cash.csv", f"{head}\n{row}\n")], tmp_path / "ledger").labels == 1
    address = BITCOIN if BITCOIN in row else RONIN
    [label] = imported(tmp_path / "ledger", address)
    assert (label.entity, label.category) == (entity, category)
    assert label.url and label.confidence


def test_a_name_of_a_service_among_other_words_stops_no_walk(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", f"banned_address,wallet_tag,data_source\n{RONIN},F,exchange phishing list\n")
    import_labels([path], tmp_path / "ledger")
    assert [label.category for label in imported(tmp_path / "ledger", RONIN)] == ["phishing"]


@pytest.mark.parametrize(
    ("row", "dated"),
    [
        ("A,sanctions,OFAC SDN list,", True),
        ("Listed by OFAC,user,a pack,", True),
        ("A,mixer,OFAC SDN list,", False),  # a mixer whatever lists say
        ("A,sanctions,a list of somebody,", False),  # who knows of whom
        ("A,sanctions,OFAC SDN list,2023-01-01", False),  # it says itself
    ],
)
def test_undated_copies_of_a_list_have_the_dates_of_the_listing(row: str, dated: bool, tmp_path: Path) -> None:
    path = write(tmp_path, "mine.csv", f"address,entity,category,source,valid_from\n{POOL},{row}\n")
    import_labels([path], tmp_path / "ledger")
    [label] = imported(tmp_path / "ledger", POOL)
    assert ((label.valid_from, label.valid_to) == (parse_time("2022-08-08"), parse_time("2025-03-21"))) == dated


def test_folders_are_taken_whole(tmp_path: Path) -> None:
    write(tmp_path, "lists/a/x.csv", f"address,entity\n{RONIN},A\n")
    write(tmp_path, "lists/b.txt", f"{BITCOIN}\n")
    write(tmp_path, "lists/README.md", "# Lists\n\nNothing but words: here.\n")
    write(tmp_path, "lists/flows.csv", f"from,to,amount\n{RONIN},{POOL},1\n")
    done = import_labels([tmp_path / "lists"], tmp_path / "ledger")
    assert (done.labels, [path.name for path in done.left]) == (2, ["README.md", "flows.csv"])


def test_a_complete_list_ends_what_it_lacks(tmp_path: Path) -> None:
    def listed(*addresses: str, source: str = "them") -> Path:
        return write(tmp_path, "x.csv", "address,entity,source\n" + "".join(f"{a},A,{source}\n" for a in addresses))

    ledger = tmp_path / "ledger"
    import_labels([listed(RONIN, POOL)], ledger, recorded=1000)
    import_labels([listed(POOL, source="others")], ledger, recorded=1000)
    done = import_labels([listed(RONIN, BITCOIN)], ledger, complete=True, recorded=2000)
    assert (done.labels, done.known, done.expired) == (1, 1, 1)
    assert [(label.source, label.valid_to) for label in imported(ledger, POOL)] == [
        ("others", None),
        ("them", 2000),
    ] or [(label.source, label.valid_to) for label in imported(ledger, POOL)] == [("them", 2000), ("others", None)]
    assert import_labels([listed(RONIN, BITCOIN)], ledger, complete=True, recorded=3000).expired == 0


def test_freezes_in_a_table(tmp_path: Path) -> None:
    text = "evt_block_time,event,user,evt_tx_hash\n"
    text += f"2023-01-01 00:00:00.000 UTC,AddedBlackList,{RONIN},0x1\n"
    text += f"2023-02-01,RemovedBlackList,{RONIN},0x2\n2023-03-01,AddedBlackList,{RONIN},0x3\n"
    text += f"2023-04-01,DestroyedBlackFunds,{RONIN},0x4\n2023-01-01,AddedBlackList,{TRON},0x5\n"
    text += f"2023-01-01,Transfer,{TRON},0x6\n"
    done = import_labels([write(tmp_path, "dune.csv", text)], tmp_path / "ledger")
    assert (done.labels, done.silent, done.bad) == (4, 2, 0)
    ledger = tmp_path / "ledger"
    moments = {"2022-12-31": 0, "2023-01-01": 1, "2023-02-01": 0, "2023-03-01": 1, "2023-04-01": 2}
    for moment, count in moments.items():
        assert len(imported(ledger, RONIN, parse_time(moment))) == count, moment
    assert [label.network for label in imported(ledger, TRON)] == ["tron"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_end_that_is_told_later_ends_what_was_open(order: tuple[int, int], tmp_path: Path) -> None:
    begun = f"time,event,user\n2023-01-01,AddedBlackList,{RONIN}\n"
    texts = [begun, f"{begun}2023-02-01,RemovedBlackList,{RONIN}\n2023-03-01,AddedBlackList,{RONIN}\n"]
    ledger = tmp_path / "ledger"
    for place in order:
        import_labels([write(tmp_path, f"{place}.csv", texts[place])], ledger)
    moments = {"2022-12-31": 0, "2023-01-01": 1, "2023-01-31": 1, "2023-02-01": 0, "2023-03-01": 1}
    for moment, count in moments.items():
        assert len(imported(ledger, RONIN, parse_time(moment))) == count, moment
    version = Labels(ledger).version
    import_labels([tmp_path / "1.csv", tmp_path / "0.csv"], ledger)
    assert Labels(ledger).version == version


def test_freezes_in_raw_logs(tmp_path: Path) -> None:
    usdt = "0xdac17f958d2ee523a2206206994597c13d831ec7"
    added = "0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc"
    word = "0x" + "0" * 24 + RONIN[2:].lower()
    text = f"address,topics,data,block_timestamp\n{usdt},{added},{word},1672531200\n"
    text += f"{POOL},{added},{word},1672531200\n{usdt},0x{'11' * 32},0x,1672531200\n"
    done = import_labels([write(tmp_path, "logs.csv", text)], tmp_path / "ledger")
    assert (done.labels, done.silent, done.bad) == (1, 2, 0)
    [label] = imported(tmp_path / "ledger", RONIN)
    assert (label.valid_from, label.network, label.confidence) == (1672531200, "ethereum", "ledger_immanent")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([ADDED, REMOVED, DESTROYED]), st.integers(0, 1), st.integers(1, 30)), max_size=9)
)
def test_freezes_are_frozen_second_by_second(events: list[tuple[str, int, int]]) -> None:
    said = [Freeze(n, kind, bytes([who]) * 20, time, "ethereum") for n, (kind, who, time) in enumerate(events, 1)]
    rows = list(spans(said))
    assert len(rows) == len(said)
    labels = [fields for _, _, fields in rows if isinstance(fields, dict) and fields["category"] == "black_list"]
    for who in (0, 1):
        order = sorted((time, n, kind) for n, (kind, one, time) in enumerate(events) if one == who)
        first = next((kind for _, _, kind in order if kind != DESTROYED), ADDED)
        for moment in range(32):
            frozen = first == REMOVED  # what is let go was frozen before anybody looked
            for time, _, kind in order:
                if time <= moment and kind != DESTROYED:
                    frozen = kind == ADDED
            open_ = [
                fields
                for fields in labels
                if int(fields["address"], 16) == int.from_bytes(bytes([who]) * 20, "big")
                and int(fields["valid_from"] or -1) <= moment < int(fields["valid_to"] or 99)
            ]
            assert bool(open_) == frozen


def test_unknown_formats_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", f"address,entity\n{RONIN},A\n")
    with pytest.raises(InputError, match="--format nonsense: there are sdn-xml, json"):
        import_labels([path], tmp_path / "ledger", form="nonsense")
    assert import_labels([path], tmp_path / "ledger", form="csv").labels == 1
