# Days of many shops, as a stream of key figures with flags: rows of them, all
# shops of a day together, 1096 days.  -v rows=N
function below(n) {
    # Numerical Recipes' generator, exact in doubles.
    seed = (seed * 1664525 + 1013904223) % 4294967296
    return int(seed / 4294967296 * n)
}

BEGIN {
    seed = 42
    split("31 28 31 30 31 30 31 31 30 31 30 31", length_of, " ")
    for (year = 2022; year < 2025; year++)
        for (month = 1; month <= 12; month++) {
            last = length_of[month] + (month == 2 && year == 2024)
            for (day = 1; day <= last; day++)
                date[days++] = sprintf("%d-%02d-%02d", year, month, day)
        }
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
