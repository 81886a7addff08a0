# What tests of programs look at in a CSV stream.

# Columns of a CSV stream by name, in the order asked for.
columns() {
    awk -F, -v names="$*" '
        NR == 1 { n = split(names, name, " "); for (i = 1; i <= NF; i++) at[$i] = i; next }
        { for (i = 1; i <= n; i++) printf "%s%s", $at[name[i]], i < n ? "," : "\n" }'
}

# Two streams of date,number,...: the same dates, numbers at most $3 apart.
near() {
    paste -d, "$1" "$2" | awk -F, -v limit="$3" '
        $1 != $(NF / 2 + 1) { print "row " NR ": " $0; exit bad = 1 }
        { for (i = 2; i <= NF / 2; i++) { d = $i - $(NF / 2 + i); if (d < 0) d = -d
            if (!(d <= limit)) { print "row " NR ": " $0; exit bad = 1 } } n++ }
        END { exit bad || n == 0 }'
}
