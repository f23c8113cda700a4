"""Tables of what is expected, one line a case: its name, what it is in words, and then a column for each thing that was looked at."""


def read(place):
    """Column names, and case → (words, values)."""
    lines = [line.split("\t") for line in place.read_text().splitlines() if line and not line.startswith("#")]
    return lines[0], {line[0]: (line[1], tuple(line[2:])) for line in lines[1:]}


def compare(place, rows, found, write=False):
    """Prints what was seen, and checks it against the table, or writes it there; the exit status."""
    columns, expected = read(place)
    if write:
        comments = [line for line in place.read_text().splitlines() if line.startswith("#")]
        lines = [[name, expected.get(name, ("",))[0], *values] for name, values in rows.items()]
        place.write_text("\n".join([*comments, *("\t".join(it) for it in [columns, *lines])]) + "\n")
    shown = [[columns[0], *columns[2:]], *([name, *values] for name, values in rows.items())]
    widths = [max(len(row[at]) for row in shown) for at in range(len(shown[0]))]
    for row in shown:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if not write:
        for name in {**expected, **rows}:
            found.equal(f"{place.name}: {name}", rows.get(name), expected.get(name, ("", None))[1])
    return found.finish()
