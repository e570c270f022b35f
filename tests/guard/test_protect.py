"""Poisoning on made-up traffic with known truth: recall and precision by digits, chance, years, and the command."""

import json
import random
from math import sqrt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cointrail.chains.likeness import LEADING, TRAILING
from cointrail.cli.main import commands
from cointrail.guard.protect import poisoned
from cointrail.patterns.surroundings import Approach

START, YEAR = 1_704_067_200, 31_622_400  # 2024, a leap year


def address(chance: random.Random) -> str:
    return "0x" + "".join(chance.choice("0123456789abcdef") for _ in range(40))


def twin(chance: random.Random, of: str, leading: int, trailing: int) -> str:
    """An address that agrees with another in exactly so many digits at its ends."""
    own = list(address(chance))
    own[2 : 2 + leading] = of[2 : 2 + leading]
    own[42 - trailing :] = of[42 - trailing :]
    for place in (2 + leading, 41 - trailing):
        own[place] = chance.choice([c for c in "0123456789abcdef" if c != of[place]])
    return "".join(own)


def moved(time: int, sender: str, recipient: str, amount: int, fake: bool = False, tx: str | None = None) -> Approach:
    asset = "0x" + "f" * 40 if fake else ""
    return Approach("ethereum", time, time, tx or f"0x{time:064x}", sender, recipient, asset, fake, None, amount)


def traffic(
    seed: int, leading: int, trailing: int, wallets: int = 40
) -> tuple[list[Approach], set[tuple[str, str]], set[tuple[str, str]]]:
    """Payments and spam of a year; the look-alikes that were planted, and those that were paid."""
    chance = random.Random(seed)
    found: list[Approach] = []
    planted, fallen = set(), set()
    for _ in range(wallets):
        wallet, time = address(chance), START + chance.randrange(YEAR // 2)
        partners = [address(chance) for _ in range(8)]
        for partner in partners:
            time += 1000
            sides = (wallet, partner) if chance.random() < 0.6 else (partner, wallet)
            found.append(moved(time, *sides, chance.randrange(10**18, 10**20)))
        for _ in range(10):  # ordinary spam, of strangers
            found.append(moved(time + chance.randrange(10**6), address(chance), wallet, 0))
        false = twin(chance, chance.choice(partners), leading, trailing)
        planted.add((wallet, false))
        form = chance.randrange(3)
        sides = (wallet, false) if form == 0 else (false, wallet)
        found.append(moved(time + 500, *sides, (0, 1000, 5 * 10**18)[form], fake=form == 2))
        if chance.random() < 0.3:
            fallen.add((wallet, false))
            found.append(moved(time + 5000, wallet, false, 10**19))
    return sorted(found, key=lambda one: one.time), planted, fallen


@pytest.mark.parametrize(("leading", "trailing"), [(3, 4), (4, 4), (5, 6), (8, 8)])
def test_every_planted_look_alike_is_found_and_no_other(leading: int, trailing: int) -> None:
    for seed in range(5):
        movements, planted, fallen = traffic(seed, leading, trailing)
        report = poisoned(movements)
        assert {(one.wallet, one.twin) for one in report.poisonings} == planted
        assert {(one.wallet, one.twin) for one in report.poisonings if one.lost} == fallen
        assert {(one.leading, one.trailing) for one in report.poisonings} == {(leading, trailing)}
        assert all(one.chance < 1e-4 for one in report.poisonings)


@pytest.mark.parametrize(("leading", "trailing"), [(2, 4), (3, 3), (0, 8)])
def test_fewer_digits_than_people_look_at_are_not(leading: int, trailing: int) -> None:
    movements, _, _ = traffic(1, leading, trailing)
    assert not poisoned(movements).poisonings
    assert (LEADING, TRAILING) == (3, 4)


@pytest.mark.parametrize(("leading", "trailing"), [(1, 1), (1, 2), (2, 1)])
def test_chance_is_calibrated(leading: int, trailing: int) -> None:
    """With thresholds so low that chance alone makes look-alikes there are as many as it says."""
    seen, expected = 0, 0.0
    for seed in range(6):
        chance = random.Random(seed)
        wallet = address(chance)
        partners = [address(chance) for _ in range(30)]
        found = [moved(START + n, wallet, partner, 10**18) for n, partner in enumerate(partners)]
        strangers = [address(chance) for _ in range(500)]
        found += [moved(START + 1000 + n, stranger, wallet, 0) for n, stranger in enumerate(strangers)]
        report = poisoned(found, wallet, leading, trailing)
        seen += len(report.poisonings)
        expected += len(strangers) * len(partners) * 16.0 ** -(leading + trailing)
        exact = [one for one in report.poisonings if one.digits == leading + trailing]
        assert exact and exact[0].chance == pytest.approx(500 * 30 * 16.0 ** -(leading + trailing))
    assert abs(seen - expected) < 5 * sqrt(expected)


def test_a_campaign_is_one_token_or_transaction_against_many() -> None:
    chance = random.Random(3)
    found = []
    for number in range(4):
        wallet, partner = address(chance), address(chance)
        found.append(moved(START, wallet, partner, 10**18))
        found.append(moved(START + 9, twin(chance, partner, 4, 4), wallet, 0, tx="0x" + "ab" * 32))
        if number < 2:
            found.append(moved(START + 8, twin(chance, partner, 5, 5), wallet, 1, fake=True))
    [campaign] = poisoned(sorted(found, key=lambda one: one.time)).campaigns
    assert campaign.by == "transaction 0x" + "ab" * 32 and len(campaign.wallets) == 4


def test_years_are_counted_the_same_every_time() -> None:
    movements, planted, fallen = traffic(7, 4, 4)
    years = poisoned(movements).years()
    assert list(years) == [2024] and years == poisoned(list(movements)).years()
    assert (years[2024]["look_alikes"], years[2024]["fallen"]) == (len(planted), len(fallen))
    assert years[2024]["lost"] == {"native": len(fallen) * 10**19}


def test_the_command_reads_a_ledger(tmp_path: Path) -> None:
    chance = random.Random(9)
    wallet, partner = address(chance), address(chance)
    false = twin(chance, partner, 5, 5)
    flows, ledger = tmp_path / "flows.csv", tmp_path / "ledger"
    lines = ["when,tx,payer,payee,wei"]
    for number, (sender, recipient, amount) in enumerate(
        [(wallet, partner, 10**18), (wallet, false, 0), (wallet, false, 2 * 10**18)], start=1
    ):
        lines.append(f"2024-05-0{number} 10:00:00,0x{number:064x},{sender},{recipient},{amount}")
    flows.write_text("\n".join(lines))
    columns = "time=when,tx=tx,from=payer,to=payee,amount=wei"
    run = ["ledger", "import", str(flows), "--into", str(ledger), "--format", "csv", "--map", columns]
    done = CliRunner().invoke(commands, [*run, "--asset", "WEI", "--decimals", "0"])
    assert done.exit_code == 0, done.output
    for arguments in ([str(ledger)], [str(ledger), wallet]):
        done = CliRunner().invoke(commands, ["protect", *arguments, "--json"])
        assert done.exit_code == 0, (done.output, done.exception)
        [one] = json.loads(done.stdout)["poisonings"]
        assert (one["wallet"], one["look_alike"], one["original"]) == (wallet, false, partner)
        assert one["lost"] == {"WEI": str(2 * 10**18)} and one["forms"] == ["zero value"]
    assert "1 were paid" in CliRunner().invoke(commands, ["protect", str(ledger)]).stdout
    assert CliRunner().invoke(commands, ["protect", str(ledger), "0x" + "12" * 20]).exit_code == 1
