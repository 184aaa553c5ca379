"""The offline verifier: whether an audit package holds, for people who trust nobody, us included.

Standard library only, Python 3.9 syntax, no import of any other room: `python -m verifier.build`
writes it all, with the rule engine, as one file. It is written a second time on purpose and shares
no code with what makes the log.
"""
