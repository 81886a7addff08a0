# What the pipelines do alike with "ORDERS TRAFFIC OUTDIR [options of aee-kpi...]".
# Sourced with those arguments, where usage() is the caller's own.  Sets orders,
# out and beside (the folder of ORDERS), leaves the options of aee-kpi as the
# arguments, makes OUTDIR, and sees to it that no temporary file stays there.
# What is called .csv is that, whatever format ORDERS have.
# shellcheck shell=bash disable=SC2034 # its callers use what it sets
case ${1-} in
-h | --help) usage; exit 0 ;;
esac
if [ $# -lt 3 ]; then
    usage >&2
    exit 2
fi
orders=$1 traffic=$2 out=$3
shift 3
beside=$(dirname "$orders")
mkdir -p "$out"
trap 'wait; rm -f "$out"/*.$$.tmp' EXIT
# Both are read more than once: what comes by a pipe is kept meanwhile.
if [ "$orders" = - ] || [ -p "$orders" ]; then
    cat "$orders" >"$out/orders.$$.tmp"
    orders=$out/orders.$$.tmp beside=/dev/null
fi
if [ -p "$traffic" ]; then
    cat "$traffic" >"$out/traffic.$$.tmp"
    traffic=$out/traffic.$$.tmp
fi
set -- --ocsv "$@"
[ "$traffic" = - ] || set -- -t "$traffic" "$@"
