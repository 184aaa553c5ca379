"""`python -m demo.drill`: what an auditor can check alone, and what is found when somebody deceives."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
from pathlib import Path

from demo.__main__ import INTERRUPTED, fail, write_outcomes
from demo.drill import checking, rewriting, robbing, taking
from demo.drill.data import copy_of, forget_copy, fresh_drill, played_home
from demo.drill.scene import Scene, scene_of
from demo.home import HomeError, choose_port
from demo.platform import Platform, PlatformError, start_platform
from demo.story.playing import play
from demo.telling import Teller, table

STEPS = (taking.step, checking.step, rewriting.step, robbing.step)


def main(arguments: list[str]) -> int:
    made = argparse.ArgumentParser(prog="make audit-drill", description=__doc__)
    made.add_argument("--outcomes", type=Path, help="write what came of each act here, as JSON")
    options = made.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    teller = Teller()
    platform: Platform | None = None
    folder: Path | None = None
    try:
        home = played_home(teller.say)
        teller = Teller()
        folder = fresh_drill(home)
        copy = copy_of(home, folder)
        teller.show("The drill works on a copy of the data; the platform starts on it …")
        platform = start_platform(copy, choose_port())
        platform.wait_until_answers(teller.show)
        return run(scene_of(platform, folder / "auditor", teller), teller, options.outcomes)
    except (HomeError, PlatformError) as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        if platform:
            teller.say("Ending the platform …")
            platform.end()
            keep_log(platform, folder)
        if folder:
            # What is still in use is deleted by the next drill.
            with contextlib.suppress(HomeError):
                forget_copy(folder / "platform")


def keep_log(platform: Platform, folder: Path | None) -> None:
    """What the platform said stays beside what the auditor took along."""
    if folder and platform.log.exists():
        shutil.copy(platform.log, folder)


def run(scene: Scene, teller: Teller, keep: Path | None) -> int:
    outcomes = list(play(list(STEPS), scene, teller))
    if keep:
        write_outcomes(outcomes, keep)
    is_good = all(one.is_expected for one in outcomes)
    teller.say(f"\n{table(outcomes)}\n")
    words = "Every act did what it must." if is_good else "An act did NOT do what it must."
    teller.say(f"{words} {len(outcomes)} acts in {teller.seconds:.0f} s.")
    teller.say(f"What the auditor took along: {scene.desk.folder}")
    teller.say(f"What the platform said: {scene.desk.folder.parent / 'platform.log'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
