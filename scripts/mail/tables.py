"""Tables of what is expected, one line a case: its name, what it is in words, and then a column for each thing that was looked at.

Each is shown in a page of the documentation, between two comments that name it, as it stands in the file.
"""

import pathlib

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/HIDE-PATHS.md"


def read(place):
    """Column names, and case → (words, values)."""
    lines = [line.split("\t") for line in place.read_text().splitlines() if line and not line.startswith("#")]
    return lines[0], {line[0]: (line[1], tuple(line[2:])) for line in lines[1:]}


def compare(place, rows, found, write=False):
    """Prints what was seen, and checks it and the page against the table, or writes it there; the exit status."""
    columns, expected = read(place)
    if write:
        comments = [line for line in place.read_text().splitlines() if line.startswith("#")]
        lines = [[name, expected.get(name, ("",))[0], *values] for name, values in rows.items()]
        place.write_text("\n".join([*comments, *("\t".join(it) for it in [columns, *lines])]) + "\n")
        PAGE.write_text(_with_table(PAGE.read_text(), place))
    shown = [[columns[0], *columns[2:]], *([name, *values] for name, values in rows.items())]
    widths = [max(len(row[at]) for row in shown) for at in range(len(shown[0]))]
    for row in shown:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if not write:
        for name in {**expected, **rows}:
            found.equal(f"{place.name}: {name}", rows.get(name), expected.get(name, ("", None))[1])
        found.true(f"{PAGE.name} shows {place.name}", PAGE.read_text() == _with_table(PAGE.read_text(), place), "write it anew with --write")
    return found.finish()


def _with_table(page, place):
    """The page with the table as it is in its file."""
    begin, end = f"<!-- {place.name} -->\n", f"<!-- end of {place.name} -->\n"
    columns, rows = read(place)
    cells = [columns, ["---"] * len(columns), *([name, words, *values] for name, (words, values) in rows.items())]
    table = "".join(f"| {' | '.join(it.replace(',', ', ') if at > 1 else it for at, it in enumerate(row))} |\n" for row in cells)
    before, rest = page.split(begin)
    return f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"
