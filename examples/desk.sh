#!/bin/sh
# The desk: two buyers, a licence for part, reservations, a refused overdraw, a plan, a verified bundle.
BIN=${BIN:-.venv/bin}
ROOM=$(mktemp -d) || exit 1
trap 'rm -rf "$ROOM"' EXIT
DESK="$ROOM/desk"

# A world for the demonstration: the papers are invented, and a supervisor overrides what is not known.
say() { printf '\n\033[1m%s\033[0m\n\n' "$1"; }
desk() { verb=$1; shift; "$BIN/ecluse" desk "$verb" --at "$DESK" "$@"; }
must() { "$@" || { echo "examples/desk.sh: failed: $*"; exit 1; }; }
refused() { "$@"; [ $? -eq 1 ] || { echo "examples/desk.sh: was to be refused: $*"; exit 1; }; }

say "1. A desk with four people; two order lines of 200,000 H200; their decisions"
must desk init --person sue=supervisor --person ana=analyst --person rob=releaser --person sam=shipper,records
must desk order examples/alibaba-h200.toml examples/desk/bytedance-h200.toml --by ana
must desk check PO-2026-0117/3 PO-2026-0118/1 --by ana --known 2026-01-24

say "2. A licence for part, a statement, the cap of January 2026, a ratio that nobody has fixed"
must desk authorise examples/desk/papers.toml --by sam
must desk tally cap-h200:base=1583200000 --reason "100,000 H200 shipped to US customers" --by sam
must desk recheck --by ana

say "3. Released by a second person: never the analyst; and a decision that is not yes only by override"
refused desk release PO-2026-0117/3 --by ana
refused desk release PO-2026-0117/3 --by rob
must desk release PO-2026-0117/3 --by sue --reason "counsel's memo of today; shipments wait for the importer's papers"
must desk release PO-2026-0118/1 --by sue --reason "as above"

say "4. Reservations touch every account or none; a ratio not fixed refuses; an overdraw is refused"
refused desk reserve PO-2026-0117/3 --quantity 20000 --using D0000001 --using EUS-1 --by sam
must desk reserve PO-2026-0118/1 --quantity 40000 --using D0000001 --for 14d --id hold-1 --by sam
refused desk reserve PO-2026-0118/1 --quantity 20000 --using D0000001 --by sam
must desk ship hold-1 --quantity 30000 --by sam
must desk correct cap-h200:base=-791600000 --reason "50,000 came back from a US customer" --by sam
refused desk reserve PO-2026-0118/1 --quantity 1 --using D0000001 --by sam
must desk balance

say "5. A plan, and the answer as a function of the ratio that nobody has fixed"
refused "$BIN/ecluse" desk plan examples/desk/plan.toml
must "$BIN/ecluse" desk plan examples/desk/plan.toml --ratio 0.2
must "$BIN/ecluse" desk plan examples/desk/plan.toml --ratio 0:1:0.1

say "6. Papers with their gaps; the record of an order, verified offline; the chain, against a signed head"
refused desk papers PO-2026-0118/1 --kind licence --to "$ROOM/licence.pdf"
must desk papers PO-2026-0118 --kind bundle --to "$ROOM/order.zip"
must "$BIN/ecluse" desk verify-bundle "$ROOM/order.zip"
head -c 32 /dev/urandom > "$ROOM/key"
must desk verify --sign "$ROOM/head.json" --key "$ROOM/key"
must desk verify --checkpoint "$ROOM/head.json" --key "$ROOM/key"
desk journal PO-2026-0118 --last 6
