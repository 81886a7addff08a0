# Orders as a shop has them: rows of them, sorted by date, 1096 days by 4
# channels, or 9 of kind channels.  -v rows=N
# -v kind=plain|quoted|crlf|odd|bad|shuffled|channels|traffic|jsonl
BEGIN {
    names = "organic paid_search email referral"
    if (kind == "channels")
        names = names " direct social partner print tv"
    channels = split(names, channel, " ")
    if (kind == "traffic") {
        print "date,channel,sessions"
        for (i = 0; i < days; i++)
            for (j = 1; j <= channels; j++)
                print date[i] "," channel[j] "," 1000 + below(9000)
        exit
    }
    end = kind == "crlf" ? "\r\n" : "\n"
    form = "%s,%s,P%04d,%d,%d.%02d%s"
    odd = "%s,%s,\"P%04d \"\"new\"\"\nlot\",%d,%d.%02d%s"
    bad = "%s,%s,P%04d,%d,%d.x%02d%s"
    if (kind == "quoted")
        form = "\"%s\",\"%s\",\"P%04d\",\"%d\",\"%d.%02d\"%s"
    if (kind == "jsonl")
        form = "{\"order_date\": \"%s\", \"channel\": \"%s\", " \
            "\"product_id\": \"P%04d\", \"customer_id\": %d, " \
            "\"order_value\": %d.%02d}%s"
    else
        printf "order_date,channel,product_id,customer_id,order_value%s", end
    for (i = 0; i < rows; i++) {
        d = kind == "shuffled" ? below(days) : int(i * days / rows)
        c = 1 + below(channels)
        p = 1 + below(300)
        u = 1 + below(20000)
        v = 500 + below(40000)
        f = form
        if (kind == "odd" && i % 50 == 0)
            f = odd
        if (kind == "bad" && i % 100 == 0)
            f = bad
        printf f, date[d], channel[c], p, u, int(v / 100), v % 100, end
    }
}
