"""Codes about whether a file can be read at all, and its encoding."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "F001",
        "file-not-found",
        Severity.ERROR,
        "There is no such file",
        "Nothing exists under the given path. The path is taken relative to the folder the command runs in.",
        "Check the path and the current folder.",
        fatal=True,
    ),
    Code(
        "F002",
        "not-a-file",
        Severity.ERROR,
        "The path is not a regular file",
        "The path names a folder, a device or a pipe. A prediction file is read more than once (first to check it, "
        "then to score it), so it must be a regular file on a disk.",
        "Give the path of the prediction file itself; write the output of a pipe to a file first.",
        fatal=True,
    ),
    Code(
        "F003",
        "file-not-readable",
        Severity.ERROR,
        "The file cannot be opened or read",
        "The operating system refused to open or to read the file: permissions are missing, or the disk or network "
        "drive failed.",
        "Make the file readable for the current user, or copy it to a local disk.",
        fatal=True,
    ),
    Code(
        "F004",
        "empty-file",
        Severity.ERROR,
        "The file is empty",
        "The file holds nothing but white space, if that. It is what an interrupted job or a full disk leaves "
        "behind, or a program that opened the file and failed before it wrote anything.",
        "Run the system again, or give the file that holds its predictions.",
        fatal=True,
    ),
    Code(
        "F005",
        "file-too-large",
        Severity.ERROR,
        "The file is larger than any submission can be",
        "The file, or what it unpacks to, is over the limit of 2 GiB. A split has a few thousand claims, and ten "
        "question-answer pairs for each take some 15 MB in all. A small compressed file that unpacks to gigabytes is "
        "a known way to bring a server down, so unpacking stops at the limit.",
        "Leave out scraped pages and logs, and give the predictions alone.",
        fatal=True,
    ),
    Code(
        "F006",
        "damaged-gzip",
        Severity.ERROR,
        "The gzip file is damaged or cut short",
        "The file begins as a gzip file does but cannot be unpacked to its end: the end is missing, the check sum "
        "differs, or other data follows. It usually means that an upload or a download broke off, or that a gzip "
        "file was transferred as text.",
        "Compress the original again and compare the sizes after the transfer; `gzip -t FILE` tests a file.",
        fatal=True,
    ),
    Code(
        "F007",
        "invalid-utf8",
        Severity.ERROR,
        "The text is not UTF-8",
        "All formats are UTF-8. The byte named here cannot occur at its place, so the file has another encoding, "
        "most often Windows-1252 or Latin-1, or a transfer cut a character apart. Guessing the encoding would "
        "silently change quotation marks and accents, and with them the score.",
        "Write the file with encoding='utf-8'; `iconv -f WINDOWS-1252 -t UTF-8 IN > OUT` converts one.",
        fatal=True,
    ),
    Code(
        "F008",
        "utf16-or-utf32",
        Severity.ERROR,
        "The text is UTF-16 or UTF-32",
        "The first bytes are those of UTF-16 or UTF-32. Spreadsheets write that as 'Unicode text', and Windows "
        "PowerShell does so when output is redirected with >. The organisers' readers expect UTF-8.",
        "Save the file as UTF-8 (in a spreadsheet: 'CSV UTF-8'); in PowerShell use `Out-File -Encoding utf8`.",
        fatal=True,
    ),
    Code(
        "F009",
        "byte-order-mark",
        Severity.WARNING,
        "The file begins with a UTF-8 byte order mark",
        "The three bytes EF BB BF stand before the text. They are skipped here, but Python's json module refuses "
        "such a file unless it is opened as 'utf-8-sig', and some CSV readers take the mark as part of the first "
        "column's name. Windows editors and spreadsheets write it.",
        "Save the file as UTF-8 without a byte order mark.",
    ),
    Code(
        "F010",
        "nul-byte",
        Severity.ERROR,
        "The text holds a NUL byte",
        "A byte of value zero stands in the text, which no text file holds. Runs of them are left where a disk was "
        "full or a machine crashed while the file was written; single ones come from UTF-16 text pasted into a UTF-8 "
        "file. Some readers stop at it without a word.",
        "Write the file again from the system's output.",
        fatal=True,
    ),
    Code(
        "F011",
        "unknown-format",
        Severity.ERROR,
        "The file is in no known format",
        "The format is recognised by content, never by the file's name. What was found here fits none of the "
        "formats: 2024-json, 2025-csv, 2023-json and 2024-draft-jsonl for predictions, gold-json and gold-csv for "
        "gold, each plain or gzipped.",
        "Write one of the known formats, or name the intended one with --input-format to see what differs from it.",
        fatal=True,
    ),
    Code(
        "F012",
        "invalid-json",
        Severity.ERROR,
        "The JSON has a syntax error",
        "At the place named here the text breaks the rules of JSON, and nothing after it can be read with any "
        "certainty. The usual causes are a file written with str() or print() instead of json.dump (single quotes, "
        "None, True), a comma after the last item, a comment, or two outputs written into one file.",
        "Write the file with json.dump; `python -m json.tool FILE` shows the first error too.",
        fatal=True,
    ),
    Code(
        "F013",
        "truncated-json",
        Severity.ERROR,
        "The JSON ends in the middle",
        "The text ends inside a string, an object or the list. A job that was killed, a full disk or a broken "
        "transfer leaves such a file. The entries before the end are intact, but the others are missing.",
        "Write the file again; do not close the brackets by hand, which would hide the missing claims.",
        fatal=True,
    ),
    Code(
        "F014",
        "data-after-list",
        Severity.ERROR,
        "More text follows the end of the JSON list",
        "The list that holds the entries is closed, and then something else follows. It usually means that two runs "
        "were appended to one file, or that a shorter file was written over a longer one. Python's json module "
        "refuses it ('Extra data').",
        "Keep one list with all entries.",
        fatal=True,
    ),
    Code(
        "F015",
        "not-a-list",
        Severity.ERROR,
        "The JSON is not a list of entries",
        "The outermost value must be a list with one object for each claim. A dictionary from claim id to "
        "prediction, or an object that wraps the list under a key, is not read by any organiser's evaluator.",
        "Write [entry, entry, ...]; for a dictionary: json.dump([dict(v, claim_id=int(k)) for k, v in d.items()], f).",
        fatal=True,
    ),
    Code(
        "F016",
        "nested-too-deeply",
        Severity.ERROR,
        "The JSON is nested too deeply",
        "Lists and objects are nested more than 64 levels deep, where the formats need at most six. Deep nesting is "
        "a known way to crash readers; here it ends the reading.",
        "Keep to the format's own levels: list, entry, evidence, item.",
        fatal=True,
    ),
    Code(
        "F017",
        "text-too-large",
        Severity.ERROR,
        "One entry or string is too large",
        "A single string is longer than 10 million characters, or one entry longer than 64 million. Real answers "
        "have some hundred characters. In CSV a lost quotation mark has the same effect: everything up to the next "
        "one becomes one cell.",
        "Look at the place named here for a missing quotation mark or a whole dump written as one value.",
        fatal=True,
    ),
    Code(
        "F018",
        "too-many-entries",
        Severity.ERROR,
        "The file holds too many entries",
        "The file holds more than 1,000,000 entries; the largest split of AVeriTeC, train, has some 3,000 claims. "
        "Reading stops at the limit.",
        "Give the predictions of one split.",
        fatal=True,
    ),
    Code(
        "F019",
        "duplicate-key",
        Severity.ERROR,
        "An object has the same key twice",
        "JSON readers differ in what they do with a key that occurs twice in one object: Python keeps the last value "
        "without a word, others keep the first. So it is not clear what was predicted. Text was most likely pasted "
        "together.",
        "Keep each key once.",
    ),
    Code(
        "F020",
        "not-a-finite-number",
        Severity.ERROR,
        "A number is NaN, infinite or out of range",
        "NaN and Infinity are not JSON; Python's json module writes and reads them all the same, other readers "
        "refuse the file. NaN is usually a missing value from a pandas data frame.",
        "Replace missing values before writing (None, or leave the key out) and use json.dump(..., allow_nan=False).",
    ),
    Code(
        "F021",
        "invalid-json-line",
        Severity.ERROR,
        "A line is not valid JSON",
        "In a JSON Lines file each line is one complete JSON value. The line named here is not; the lines after it "
        "are read on. The organisers' reader stops at such a line.",
        "Write each entry with json.dumps(entry) and one newline.",
    ),
    Code(
        "F022",
        "blank-line",
        Severity.ERROR,
        "A line is blank",
        "A JSON Lines file has one entry in each line. A blank line holds none, and the organisers' reader crashes "
        "on it. Blank lines are not counted as entries here.",
        "Remove the blank lines.",
    ),
    Code(
        "F023",
        "csv-delimiter",
        Severity.ERROR,
        "The columns are not separated by commas",
        "The header holds the right names, but with semicolons or tabs between them. Spreadsheets write semicolons in "
        "countries with a decimal comma. The organisers' reader would take the whole header as one column.",
        "Save the file with commas; in pandas leave out the sep argument of to_csv.",
        fatal=True,
    ),
    Code(
        "F024",
        "excel-sep-line",
        Severity.ERROR,
        "The file begins with a 'sep=' line",
        "The first line is an instruction to Microsoft Excel and not a header. Every other reader takes it as the "
        "header and then finds no column it knows.",
        "Remove the first line.",
        fatal=True,
    ),
    Code(
        "F025",
        "csv-unclosed-quote",
        Severity.ERROR,
        "A quoted cell is never closed",
        "A cell begins with a quotation mark at the place named here, and the file ends before another one closes "
        "it. Either the end of the file is missing, or a quotation mark inside a text was not doubled.",
        'Write the file with a CSV library, which doubles quotation marks inside cells ("").',
        fatal=True,
    ),
    Code(
        "F026",
        "csv-stray-quote",
        Severity.ERROR,
        "Text follows a closing quotation mark",
        "A quoted cell is closed, and neither a comma nor the end of the row follows. A quotation mark inside the "
        "text was not doubled, so the borders of all later cells are uncertain.",
        'Write the file with a CSV library, which doubles quotation marks inside cells ("").',
        fatal=True,
    ),
    Code(
        "F027",
        "csv-cell-count",
        Severity.ERROR,
        "A row has too many or too few cells",
        "The row's number of cells differs from the header's, so cells stand in the wrong columns. It usually comes "
        "from a comma or a newline in a text that is not quoted.",
        "Write the file with a CSV library, which quotes such texts.",
    ),
    Code(
        "F028",
        "name-and-content-differ",
        Severity.INFO,
        "The file's name suggests another kind of file",
        "The ending of the name (.json, .jsonl, .csv, .gz) does not fit what the file holds. Here the content "
        "decides, but other programs go by the name.",
        "Rename the file.",
    ),
)
