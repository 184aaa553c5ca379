#!/usr/bin/env python
"""Muniment's command line for operators."""

from __future__ import annotations

import sys

from config.start import run_command

if __name__ == "__main__":
    sys.exit(run_command(sys.argv))
