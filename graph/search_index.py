"""The search index of a release: written once beside its store, then only read."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pyoxigraph as ox
import tantivy

from graph.errors import ReleaseMissing
from graph.row_file import RowFile, RowWriter
from graph.search_rows import FACETS, SearchRow, Sorted, read_rows

# Words are searched here, the most telling first.
TEXT_FIELDS = ("title", "authors", "texts")
# The parts of an index beside the rows: the entries, and each word that they have, once.
ENTRIES, WORDS = "entries", "words"
IDENTIFIERS = ("doi", "pmid", "slug")
# Each order of a list → the field with the place of an entry in it.
ORDERS = ("newest", "oldest", "by_title")
_FOLDED = "folded"
# Bytes of memory that the writer may fill before it writes; one thread keeps the order of entries.
_HEAP = 64 << 20


def analyzer(*, is_folded: bool = True) -> tantivy.TextAnalyzer:
    """Return what makes words of a text: in lower case and, where folded, without accents."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.lowercase())
    return (builder.filter(tantivy.Filter.ascii_fold()) if is_folded else builder).build()


def word_schema() -> tantivy.Schema:
    """Return the field of the list of words."""
    builder = tantivy.SchemaBuilder()
    return builder.add_text_field("word", stored=True, tokenizer_name="raw").build()


def schema() -> tantivy.Schema:
    """Return the fields of the index: words, identifiers, facets and orders."""
    builder = tantivy.SchemaBuilder()
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=_FOLDED)
    for name in IDENTIFIERS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet.key, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("year", fast=True, indexed=True)
    for name in ORDERS:
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


def write_index(store: ox.Store, folder: Path) -> None:
    """Write the index of the entries in `store`, whose IRIs are under BASE, into `folder`.

    Its files differ from build to build, and so are no part of the digest of a release; what is
    found with it does not.
    """
    folder.mkdir()
    index = _new(schema(), folder / ENTRIES)
    rows = RowWriter(folder)
    _fill(index, _documents(store, rows))
    rows.close()
    _fill(_new(word_schema(), folder / WORDS), map(_word, sorted(_words(index))))
    _unlock(folder)


def open_index(folder: Path) -> tantivy.Index:
    """Open the index of entries in `folder`; ReleaseMissing where this program reads none."""
    return _open(folder / ENTRIES, schema())


def open_rows(folder: Path) -> RowFile:
    """Open the rows of the index in `folder`; ReleaseMissing as `open_index`."""
    try:
        return RowFile(folder)
    except (ValueError, OSError) as error:
        raise _unreadable(folder, error) from error


def open_words(folder: Path) -> tantivy.Index:
    """Open the list of all words of the index in `folder`; ReleaseMissing as `open_index`."""
    return _open(folder / WORDS, word_schema())


def _new(fields: tantivy.Schema, folder: Path) -> tantivy.Index:
    folder.mkdir()
    index = tantivy.Index(fields, str(folder))
    index.register_tokenizer(_FOLDED, analyzer())
    return index


def _fill(index: tantivy.Index, documents: Iterable[tantivy.Document]) -> None:
    writer = index.writer(_HEAP, num_threads=1)
    for document in documents:
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _unlock(folder: Path) -> None:
    for lock in folder.glob("*/*.lock"):
        lock.unlink()


def _documents(store: ox.Store, rows: RowWriter) -> Iterator[tantivy.Document]:
    for entry, row, texts in read_rows(store):
        rows.add(row)
        yield _document(entry, row, texts)


def _document(entry: Sorted, row: SearchRow, texts: list[str]) -> tantivy.Document:
    document = tantivy.Document()
    for name, values in zip(TEXT_FIELDS, ((row.title,), row.authors, texts), strict=True):
        for value in values:
            # A letter and the accent that follows it would else be two words.
            document.add_text(name, normalize("NFC", value))
    for name in IDENTIFIERS:
        if identifier := getattr(row, name):
            document.add_text(name, identifier)
    for facet in FACETS:
        for key in row.keys[facet.key] or (facet.missing,):
            document.add_text(facet.key, key)
    if row.year is not None:
        document.add_unsigned("year", row.year)
    for name in ORDERS:
        document.add_unsigned(name, getattr(entry, name))
    return document


def _words(index: tantivy.Index) -> set[str]:
    searcher = index.searcher()
    return {word for name in TEXT_FIELDS for word, _ in searcher.terms_with_prefix(name, "")}


def _word(word: str) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("word", word)
    return document


def _open(folder: Path, fields: tantivy.Schema) -> tantivy.Index:
    try:
        # To open it takes a lock, for which there has to be write permission; a release is only
        # read. Once the reader is there all files are open, and their names no longer needed.
        with TemporaryDirectory(ignore_cleanup_errors=True) as name:
            for path in folder.iterdir():
                (Path(name) / path.name).symlink_to(path.resolve())
            index = tantivy.Index.open(name)
            index.config_reader("manual")
    except (ValueError, OSError) as error:
        raise _unreadable(folder, error) from error
    # A first reader, which cannot be had otherwise, may just have made its lock there.
    shutil.rmtree(name, ignore_errors=True)
    if index.schema != fields:
        raise _unreadable(folder, "it has another form")
    index.register_tokenizer(_FOLDED, analyzer())
    return index


def _unreadable(folder: Path, problem: object) -> ReleaseMissing:
    repair = "run `atlas build --force`"
    return ReleaseMissing(f"the search index in {folder} cannot be read ({problem}); {repair}")
