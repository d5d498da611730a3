#!/bin/sh
# Succeeds when the browser tests have their browser: $VIGIE_CHROMIUM, else /usr/bin/chromium.
set -eu

browser=${VIGIE_CHROMIUM:-/usr/bin/chromium}
if [ -x "$browser" ]; then
    exit 0
fi
echo "Chromium is not at $browser: the browser tests cannot run." >&2
echo "Debian: apt install chromium. Elsewhere: VIGIE_CHROMIUM=/path/to/chromium make test-browser" >&2
exit 1
