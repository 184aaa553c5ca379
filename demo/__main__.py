"""`python -m demo [--exit]`: the whole story on real data; then the platform stays up until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.start import PROJECT
from demo.command_line import CommandLine
from demo.data.errors import DataError
from demo.home import WHOLE, HomeError, choose_port, fresh_home
from demo.people.cast import make_people, write_accounts
from demo.platform import Platform, PlatformError, start_platform
from demo.story.acts import Outcome
from demo.story.playing import play, steps
from demo.story.stage import Stage
from demo.telling import Teller, table
from demo.workshop import Workshop, fetch_survey

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    teller = Teller()
    try:
        home, was_there = fresh_home()
        if was_there:
            teller.say(f"The data of the demonstration before, in {home}, were deleted.")
        teller.show("The survey's files (23 MB, downloaded once) …")
        fetch_survey()
        platform = start_platform(home, choose_port())
    except (HomeError, DataError) as error:
        return fail(str(error))
    try:
        return run(platform, teller, ends=options.exit, keep=options.outcomes)
    except PlatformError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        teller.say("Ending the platform …")
        platform.end()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make demo", description=__doc__)
    made.add_argument("--exit", action="store_true", help="end after the story")
    made.add_argument("--outcomes", type=Path, help="write what came of each act here, as JSON")
    return made


def fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


def run(platform: Platform, teller: Teller, *, ends: bool, keep: Path | None) -> int:
    """Play the story on the platform; the exit status is 0 only if every act did what it must."""
    workshop = Workshop(platform.home)
    workshop.start()
    teller.show("Muniment starts; rows are prepared and version 1 is trained meanwhile")
    platform.wait_until_up(teller.show)
    people = make_people(platform.site)
    write_accounts(people, platform.home)
    stage = Stage(
        platform.home, platform.site, platform.token, people,
        CommandLine(platform.site, show=teller.show), workshop, teller.show,
    )  # fmt: skip
    outcomes = list(play(steps(), stage, teller))
    is_good = all(one.is_expected for one in outcomes)
    if keep:
        write_outcomes(outcomes, keep)
    if is_good:
        (platform.home / WHOLE).touch()
    tell_end(stage, outcomes, teller, is_good)
    tell_entrance(stage, teller, ends=ends)
    if not ends:
        stay(platform, teller)
    return 0 if is_good else 1


def tell_end(stage: Stage, outcomes: list[Outcome], teller: Teller, is_good: bool) -> None:
    teller.say(f"\n{table(outcomes)}\n")
    words = "Every step did what it must." if is_good else "A step did NOT do what it must."
    teller.say(f"{words} {len(outcomes)} acts in {teller.seconds:.0f} s.")
    if report := stage.made.get("report"):
        teller.say(f"\nThe report: {report}")
    teller.say(f"\nWhat the platform said: {relative(stage.home / 'platform.log')}")


def tell_entrance(stage: Stage, teller: Teller, *, ends: bool) -> None:
    """Where and as whom to sign in; before an end also how the platform starts again."""
    if ends:
        teller.say(f"\nThe data stay. Start the platform again: {start_again(stage.home)}")
        teller.say("Then open the address that it prints, and sign in as one of these people:")
    else:
        teller.say(f"\nOpen {stage.site} and sign in as one of the demonstration's people:")
    for person in stage.people.values():
        teller.say(f"  {person.role:<26}{person.login:<30}{person.password}")


def start_again(home: Path) -> str:
    """The command, for the usual folder or another one."""
    is_usual = home == PROJECT / "var" / "demo"
    return "make demo-up" if is_usual else f"MUNIMENT_HOME={shlex.quote(str(home))} make demo-up"


def write_outcomes(outcomes: Sequence[Outcome], path: Path) -> None:
    rows = [
        {
            "step": one.act.step,
            "who": one.act.who,
            "what": one.act.what,
            "result": one.result,
            "seconds": round(one.seconds, 3),
            "isExpected": one.is_expected,
        }
        for one in outcomes
    ]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def stay(platform: Platform, teller: Teller) -> None:
    teller.say("The platform stays up; Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        while platform.process.poll() is None:
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
