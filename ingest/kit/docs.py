"""The documents' tables of adapters, written from the adapters: `python -m ingest.kit.docs`."""

from pathlib import Path

from ingest.catalogue import load_catalogue
from ingest.kit.table import markdown_table, rows_of

FOLDER = Path(__file__).parents[2] / "docs"
DOCUMENTS = {"en": "adapters.md", "zh": "adapters.zh-CN.md"}
BEGIN, END = "<!-- adapters -->\n", "<!-- end of adapters -->\n"


def with_table(text: str, lang: str) -> str:
    """A document with the table as it is now, between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = markdown_table(rows_of(load_catalogue().adapters.values(), lang), lang)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> None:
    """Write both documents anew."""
    for lang, name in DOCUMENTS.items():
        path = FOLDER / name
        path.write_text(with_table(path.read_text(encoding="utf-8"), lang), encoding="utf-8")


if __name__ == "__main__":
    main()
