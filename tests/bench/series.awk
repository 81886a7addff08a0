# Days of many shops, as a stream of key figures with flags: rows of them, all
# shops of a day together, 1096 days.  -v rows=N
BEGIN {
    shops = int((rows + days - 1) / days)
    print "date,shop,revenue,orders,sessions,conversion_rate," \
        "x_anomaly,y_anomaly,z_anomaly"
    for (i = 0; i < rows; i++) {
        orders = 80 + below(60)
        sessions = 4000 + below(3000)
        cents = orders * 9000 + below(200000)
        printf "%s,S%03d,%d.%02d,%d,%d,%.12g,%d,%d,%d\n",
            date[int(i / shops)], i % shops, int(cents / 100), cents % 100,
            orders, sessions, orders / sessions,
            below(30) == 0, below(50) == 0, below(40) == 0
    }
}
