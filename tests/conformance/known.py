# SPDX-License-Identifier: Apache-2.0
"""The tests that are known to fail or to be skipped, each with the reason why that is right. Pure."""
from conformance.selection import plain


def parse(text):
    """Lines `test id<TAB or #>reason`.  @return (test name -> reason, sentences on bad lines)"""
    known, wrong = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, reason = line.replace("#", "\t", 1).partition("\t")
        name, reason = plain(name.strip()), reason.strip("# \t")
        if not reason:
            wrong.append(f"line {number}: {name} has no reason")
        elif name in known:
            wrong.append(f"line {number}: {name} is there twice")
        else:
            known[name] = reason
    return known, wrong
