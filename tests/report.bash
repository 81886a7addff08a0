# Input of the tests of aee-report: a shop of two channels over 84 days, from
# Monday 2025-01-06 to Sunday 2025-03-30.

# The first N of the dates.
report_dates() {
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print "@" (20094 + i) * 86400 }' | date -u -f - +%F
}

# Revenue of a week is 7021 plus 140, 0, 70, 140, ... but 14000 in the last one;
# 2025-02-05 has 5000.25 and is confirmed; 10 orders and 500 sessions a day; a
# forecast of 1010 +- 200, and of 3 more days.
report_days() {
    report_dates 87 | awk '
        BEGIN { print "date,revenue,orders,sessions,yhat,yhat_lower,yhat_upper,votes,confirmed_by,consensus_p,consensus_anomaly,tier" }
        { i = NR - 1; r = 1000 + i % 7 + (int(i / 7) + 2) % 3 * 10; odd = $1 == "2025-02-05" }
        i >= 77 { r = 2000 }
        odd { r = 5000.25 }
        i < 84 {
            printf "%s,%s,10,500,1010,810,1210,%d,%s,%s,%d,%s\n", $1, r, odd * 2, odd ? "zscore+forecast" : "",
                odd ? "0.0004" : "0.5", odd, odd ? "high" : ""
        }
        i >= 84 { printf "%s,,,,1010,810,1210,,,,,\n", $1 }' >"$1"
}

report_channels() {
    report_dates 84 | NAME=$2 awk '
        BEGIN { print "date,channel,revenue,orders,sessions"; name = ENVIRON["NAME"]; gsub(/"/, "\"\"", name) }
        { printf "%s,\"%s\",600,6,300\n%s,Email,400,4,200\n", $1, name, $1 }' >"$1"
}

report_explain() {
    cat >"$1" <<'END'
base_from,base_to,now_from,now_to,level,member,driver,effect,effect_pct,share,se,p,q,verdict,s0,s1,o0,o1,r0,r1
2025-03-17,2025-03-23,2025-03-24,2025-03-30,total,,change,6979,99.4,1,500,0.001,0.002,real,3500,3500,70,70,7021,14000
2025-03-17,2025-03-23,2025-03-24,2025-03-30,driver,,volume,-21,-0.3,0,500,0.9,0.9,noise,3500,3500,70,70,7021,14000
2025-03-17,2025-03-23,2025-03-24,2025-03-30,driver,,order_value,7000,99.7,1,500,0.001,0.002,real,3500,3500,70,70,7021,14000
2025-03-17,2025-03-23,2025-03-24,2025-03-30,member,Organic,change,6979,99.4,1,500,0.001,0.002,real,3500,3500,70,70,7021,14000
2025-03-17,2025-03-23,2025-03-24,2025-03-30,member_driver,Organic,order_value,6979,99.4,1,500,0.001,0.002,real,3500,3500,70,70,7021,14000
END
}

report_incidents() {
    cat >"$1" <<'END'
incident,start_date,end_date,kind,direction,metrics,money_at_stake,p,tier,cause,evidence
7,2025-02-04,2025-02-05,price,up,revenue+aov,3990.25,0.0004,high,a price with a digit too many,aov 5 times
END
}

report_backtest() {
    cat >"$1" <<'END'
horizon,mse,rmse,mae,mape,mdape,smape,coverage,mase,naive_mae
1,400,20,15,0.015,0.01,0.015,0.9,0.5,30
2,900,30,25,0.025,0.02,0.025,0.8,0.7,40
3,1600,40,35,0.035,0.03,0.035,0.7,0.9,50
END
}

# trend 1000 and a weekly wave; a yearly term that was left out.
report_components() {
    report_dates 87 | awk '
        BEGIN { print "date,revenue,yhat,forecast_anomaly,trend,yearly,weekly,votes" }
        { i = NR - 1; printf "%s,1,1,0,%d,,%d,2\n", $1, 1000 + i, i % 7 == 5 ? 60 : -10 }' >"$1"
}

# report_all DIR [NAME of a channel]: every input; sets report_options.
report_all() {
    report_days "$1/days.csv"
    report_channels "$1/channels.csv" "${2:-Organic}"
    report_explain "$1/explain.csv"
    report_incidents "$1/incidents.csv"
    report_backtest "$1/backtest.csv"
    report_components "$1/components.csv"
    # shellcheck disable=SC2034 # for those who load this
    report_options=(--by-channel "$1/channels.csv" --explain "$1/explain.csv" --incidents "$1/incidents.csv"
        --backtest "$1/backtest.csv" --components "$1/components.csv")
}
