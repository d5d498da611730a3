#!/bin/sh
# Prints the path of a Python of 3.11 or later; explains what to do when there is none.
# PYTHON=/path/to/python chooses one.
set -eu

recent_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if [ -n "${PYTHON:-}" ]; then
    if recent_enough "$PYTHON"; then
        command -v "$PYTHON"
        exit 0
    fi
    echo "PYTHON=$PYTHON is not a Python of 3.11 or later." >&2
    exit 1
fi

for candidate in python3.11 python3 python3.12 python3.13 python3.14 python; do
    if recent_enough "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done

echo "Vigie needs Python 3.11 or later, and none was found." >&2
echo "Debian, Ubuntu: apt install python3 python3-venv. Elsewhere: PYTHON=/path/to/python make run" >&2
exit 1
