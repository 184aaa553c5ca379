"""The confined program that draws Vega-Lite specs as SVG, each with the letters that it needs."""

from __future__ import annotations

import os
from pathlib import Path

from inference.engine.confinement import (
    Channel,
    forbid_network_and_programs,
    limit_process,
    take_request,
)
from inference.engine.limits import ProcessLimits


def main() -> None:
    request = take_request()
    limits = ProcessLimits.from_json(request["limits"])
    # The JavaScript engine reserves far more addresses than it uses: the parent watches what it uses.
    limit_process(limits, limit_addresses=False)
    channel = Channel()
    import vl_convert  # noqa: PLC0415 - under the limits only

    from reports.engine.lettering import lettered  # noqa: PLC0415 - imports fontTools

    fonts = {int(weight): Path(path) for weight, path in request["fonts"].items()}
    for path in fonts.values():
        vl_convert.register_font_directory(str(path.parent))
    forbid_network_and_programs()
    for place, spec in enumerate(request["specs"]):
        svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        Path(f"{place}.svg").write_text(lettered(svg, fonts, request["family"]), encoding="utf-8")
        channel.send({"kind": "progress", "done": place + 1})
    channel.send({"kind": "done"})
    # All is said: no library's own ending is waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
