#!/usr/bin/env python3
"""Single values as systemd's own library reads them: lines `kind<TAB>hex of the text` on standard
input, one line of answer each. Exit status 77 where there is no such library."""
import ctypes
import glob
import sys

paths = sorted(glob.glob("/usr/lib/*/systemd/libsystemd-shared-*.so")
               + glob.glob("/usr/lib/systemd/libsystemd-shared-*.so"))
if not paths:
    print("there is no libsystemd-shared", file=sys.stderr)
    sys.exit(77)
library = ctypes.CDLL(paths[0])
library.unit_name_is_valid.restype = ctypes.c_bool


def number(parse, text, *more):
    value = ctypes.c_uint64()
    result = parse(text, *more, ctypes.byref(value))
    return "invalid" if result < 0 else str(value.value)


def rlimit(text):
    value = (ctypes.c_uint64 * 2)()
    # RLIMIT_NOFILE
    return "invalid" if library.rlimit_parse(7, text, value) < 0 else f"{value[0]} {value[1]}"


def boolean(text):
    result = library.parse_boolean(text)
    return "invalid" if result < 0 else str(result)


def address(text):
    value = ctypes.create_string_buffer(512)
    if library.socket_address_parse(value, text) < 0:
        return "invalid"
    shown = ctypes.c_char_p()
    library.socket_address_print(value, ctypes.byref(shown))
    return shown.value.hex()


def words(text, flags):
    rest = ctypes.c_char_p(text)
    found = []
    while True:
        word = ctypes.c_char_p()
        result = library.extract_first_word(ctypes.byref(rest), ctypes.byref(word), None, flags)
        if result < 0:
            return " ".join(found + ["invalid"])
        if result == 0:
            return " ".join(found)
        found.append("=" + word.value.hex())


def unsigned(text):
    value = ctypes.c_uint()
    result = library.safe_atou_full(text, 0, ctypes.byref(value))
    return "invalid" if result < 0 else str(value.value)


answers = {
    "span": lambda text: number(library.parse_sec, text),
    "size": lambda text: number(library.parse_size, text, ctypes.c_uint64(1024)),
    "unsigned": unsigned,
    "limit": rlimit,
    "boolean": boolean,
    "address": address,
    # EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE, and EXTRACT_RETAIN_ESCAPE
    "command": lambda text: words(text, 1 << 5 | 1 << 1),
    "names": lambda text: words(text, 1 << 7),
    "name": lambda text: str(int(library.unit_name_is_valid(text, 7))),
}
for line in sys.stdin:
    kind, text = line.rstrip("\n").split("\t")
    print(answers[kind](bytes.fromhex(text)))
