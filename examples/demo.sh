#!/bin/sh
# The main job on real input: the order line of the article of 2026-01-23, as known the day after.
BIN=${BIN:-.venv/bin}

say() { printf '\n\033[1m%s\033[0m\n\n' "$1"; }
answer() { "$BIN/ecluse" "$@"; case $? in 0|1|3) ;; *) exit 1 ;; esac; }

say "1. May Alibaba's 200,000 H200 ship on 2026-01-24, as known that day?"
answer check examples/alibaba-h200.toml --known 2026-01-24 || exit 1

say "2. The same line, asking only for leave to negotiate"
answer check examples/alibaba-h200-negotiate.toml --known 2026-01-24 || exit 1

say "3. The same day, asked with what was known a week later"
answer check examples/alibaba-h200.toml --known 2026-01-31 | sed -n '/^IMPORTER/,/^  domestic_ratio/p'

say "4. What the reports have left open"
answer claims board --on 2026-01-24 || exit 1

say "5. An article into proposed claims; a person accepts them, nothing enters by itself"
answer read examples/article-fr.txt --known 2026-03-13 | sed -n '1,45p'
if [ -f ../shared/seed/article-fr.txt ]; then
    answer read ../shared/seed/article-fr.txt --known 2026-01-24 | sed -n '1,12p'
fi

say "6. Did made prices move more than noise? (a made panel, with one planted move)"
if "$BIN/python" -c 'import ecluse.market.picture, ecluse.market.study' 2>/dev/null; then
    answer study --prices examples/made-prices.csv --adjusted yes --market MADE-MARKET --ticker MADE-A \
        --ticker MADE-C --event 2025-04-10 --event 2026-01-23T11:57Z --window 0 0 --known 2026-04-01 || exit 1
else
    echo "Not shown: it needs pip install 'ecluse[market]'."
fi

say "7. A made order book of 10,000 lines through both gates, and what a rule change turns"
BOOK=$(mktemp -d)
"$BIN/python" bench/orders.py "$BOOK/book.parquet" --rows 10000
answer batch "$BOOK/book.parquet" --to "$BOOK/answers.csv" --known 2026-11-25 --quiet || exit 1
rm -r "$BOOK"

BIN=$BIN sh examples/desk.sh || exit 1

say "Exit statuses: 0 yes, 1 no, 3 not known. \`ecluse explain LINE\` tells the whole of it."
