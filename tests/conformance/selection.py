# SPDX-License-Identifier: Apache-2.0
"""Which tests a run is made of: tier lists, services, words. Pure but for reading files."""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
TIERS = ("T0", "T1", "T2a", "T2b", "T3a", "T3b")
SERVICES = ("identity", "image", "compute", "network", "volume", "scenario")
SHORT = {"T2": ("T2a", "T2b"), "T3": ("T3a", "T3b")}


class Mistake(Exception):
    """What was asked for makes no sense; the text is a sentence for the user."""


def plain(test_id):
    """`a.B.test_c[id-1,smoke]` becomes "a.B.test_c": Tempest's attributes are no part of the name."""
    return re.sub(r"\[[^\[\]]*\]$", "", test_id)


def class_of(test_id):
    return plain(test_id).rpartition(".")[0]


def service_of(test_id):
    """The service whose API a test is about; None when it is none of ours."""
    match = re.match(r"tempest\.(?:api\.)?([a-z_]+)\.", test_id)
    return match[1] if match and match[1] in SERVICES else None


def read_list(path):
    """Test ids, one a line; empty lines and those that begin with # are none."""
    lines = (line.strip() for line in pathlib.Path(path).read_text().splitlines())
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def tier(name):
    return read_list(HERE / f"{name}.txt")


def all_ids():
    """Name -> full id of all tests of the tiers."""
    return {plain(test_id): test_id for name in TIERS for test_id in tier(name)}


def tiers_named(words):
    names = [name for word in words for name in SHORT.get(word, (word,))]
    for name in names:
        if name not in TIERS:
            raise Mistake(f"'{name}' is not a tier; there are {', '.join(TIERS)}")
    return names


def wanted_services(words, tiers):
    """`identity` or `compute:T0,T1` each: service -> its tiers."""
    wanted = {}
    for word in words or SERVICES:
        name, _, own = word.partition(":")
        if name not in SERVICES:
            raise Mistake(f"'{name}' is not a service; there are {', '.join(SERVICES)}")
        wanted[name] = tiers_named(own.split(",")) if own else list(tiers)
    return wanted


def from_tiers(services):
    """@param services service -> tiers.  @return full test ids, each once"""
    found = {}
    for name in TIERS:
        chosen = [service for service, tiers in services.items() if name in tiers]
        found.update((test_id, None) for test_id in tier(name) if service_of(test_id) in chosen)
    return list(found)


def from_file(path, services, known_ids):
    """Ids of a file; those without attributes get them from the known ones.
    @param known_ids name -> full id of every test there is"""
    found = {}
    for test_id in read_list(path):
        if service_of(test_id) in services or service_of(test_id) is None:
            found[known_ids.get(plain(test_id), test_id)] = None
    return list(found)
