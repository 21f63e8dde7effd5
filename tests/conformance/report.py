# SPDX-License-Identifier: Apache-2.0
"""What a run tells: a line for each failure and each reason of skips; the rest into files."""
import collections


def grouped(skipped):
    """Reason -> names, most of them first. Reasons differ by the class that they name."""
    groups = collections.defaultdict(list)
    for outcome in skipped:
        owner = outcome.name.rpartition(".")[0].rpartition(".")[2]
        groups[outcome.reason.replace(owner, "the class")].append(outcome.name)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def lines(verdict):
    """What is printed; the last line has the numbers."""
    yield from (f"FAIL {outcome.name}: {outcome.reason}" for outcome in verdict.failed)
    for outcome, why in verdict.excused:
        yield f"known {outcome.name}: {why}"
    for reason, names in grouped(verdict.skipped):
        classes = sorted({name.rpartition(".")[0].rpartition(".")[2] for name in names})
        yield f"skipped {len(names)}: {reason} [{', '.join(classes)}]"
    if verdict.excused:
        yield f"{len(verdict.excused)} failed as is known and wanted"
    yield verdict.line


def write_files(verdict, folder):
    """results.tsv: every test; failures.txt: traces and requests; skips.txt: by reason."""
    rows = [("passed", outcome) for outcome in verdict.passed]
    rows += [("failed", outcome) for outcome in verdict.failed]
    rows += [("known", outcome) for outcome, _ in verdict.excused]
    rows += [("skipped", outcome) for outcome in verdict.skipped]
    (folder / "results.tsv").write_text("".join(
        f"{state}\t{outcome.seconds:.2f}\t{outcome.name}\t{outcome.reason}\n"
        for state, outcome in rows))
    with (folder / "failures.txt").open("w") as file:
        for outcome in [*verdict.failed, *(outcome for outcome, _ in verdict.excused)]:
            file.write(f"{'=' * 100}\n{outcome.name}\n{outcome.reason}\n")
            for name, text in sorted(outcome.details.items(), reverse=True):
                file.write(f"--- {name}\n{text}\n")
    with (folder / "skips.txt").open("w") as file:
        for reason, names in grouped(verdict.skipped):
            file.write(f"{len(names)}: {reason}\n" + "".join(f"    {name}\n" for name in names))
