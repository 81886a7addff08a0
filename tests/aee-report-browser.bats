#!/usr/bin/env bats
# The page of aee-report in a headless Chromium; skipped where there is none.
# bats sets stderr, report.bash report_options, browser.bash browser_url.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup_file() {
    # shellcheck source=tests/browser.bash
    . tests/browser.bash
    # shellcheck source=tests/report.bash
    . tests/report.bash
    missing=$(browser_missing)
    [ -z "$missing" ] || return 0
    T=$BATS_FILE_TMPDIR
    report_all "$T" '</script><script>window.bad = 1</script><img src=x onerror="window.bad = 2">'
    aee-report "${report_options[@]}" -o "$T/page.html" "$T/days.csv"
    if ! grep -q 'Dygraph' "$T/page.html"; then
        export missing=dygraphs
        return 0
    fi
    browser_start "$T"
    export T browser_url browser_pid
}

setup() {
    # shellcheck source=tests/browser.bash
    . tests/browser.bash
    missing=${missing:-$(browser_missing)}
    [ -z "$missing" ] || skip "$missing is missing"
}

teardown_file() {
    # shellcheck source=tests/browser.bash
    . tests/browser.bash
    browser_stop
}

# open: the page, in a window of 1200 x 900, light, with nothing in the logs.
open() {
    browser_theme light
    browser_size 1200 900
    browser_open about:blank
    browser_console >/dev/null
    browser_requests >/dev/null
    browser_open "file://$T/page.html"
}

@test "aee-report: the page loads without errors and asks no network" {
    open
    run -0 browser_console
    [ -z "$output" ]
    browser_requests >"$T/requests"
    grep -qx "file://$T/page.html" "$T/requests"
    run -1 grep -v "^file://$T/page.html\$\|^data:\|^about:" "$T/requests"
    [ "$(browser_run 'return document.title')" = "Revenue report" ]
}

@test "aee-report: a name that looks like a script is not run" {
    open
    [ "$(browser_run 'return String(window.bad)')" = undefined ]
    [ "$(browser_run 'return document.querySelectorAll("img").length')" = 0 ]
    [ "$(browser_run 'return document.querySelector("#chart-channels .key li").textContent')" = \
        '</script><script>window.bad = 1</script><img src=x onerror="window.bad = 2">' ]
}

@test "aee-report: every chart draws" {
    open
    # Of each: whether its drawing is hidden, and how many colors its canvas has.
    browser_run '
        return [...document.querySelectorAll("figure.chart")].map(figure => {
            const canvas = figure.querySelector("canvas"), colors = new Set();
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            for (let i = 0; i < data.length; i += 4)
                if (data[i + 3] > 200) colors.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
            return { id: figure.id, still: getComputedStyle(figure.querySelector(".still")).display, colors: colors.size };
        });' >"$T/charts.json"
    jq -e 'map(.id) == ["chart-days", "chart-channels", "chart-component-0", "chart-backtest"]' "$T/charts.json"
    jq -e 'all(.still == "none" and .colors > 1)' "$T/charts.json"
}

@test "aee-report: the pointer reads the value of its day" {
    open
    browser_run 'document.getElementById("chart-days").scrollIntoView({ block: "center" }); return 0' >/dev/null
    # Where the middle of the time is: 43 days after 2025-01-06 of 87.
    read -r x y < <(browser_run '
        const box = document.querySelector("#chart-days canvas").getBoundingClientRect();
        return [Math.round(box.left + 56 + (box.width - 56) / 2), Math.round(box.top + box.height / 2)];' | jq -r '"\(.[0]) \(.[1])"')
    browser_move "$x" "$y"
    readout=$(browser_run 'return document.querySelector("#chart-days .readout").textContent')
    date=${readout:0:10}
    # Near the middle, and exactly what the input has there.
    [[ $date > 2025-02-14 && $date < 2025-02-22 ]]
    revenue=$(awk -F, -v date="$date" '$1 == date { printf "%d,%03d", $2 / 1000, $2 % 1000 }' "$T/days.csv")
    [ "$readout" = "${date}revenue ${revenue}forecast 1,010 (810 to 1,210)" ]
}

@test "aee-report: the days of an incident lead to the chart" {
    open
    browser_run 'document.querySelector("a[data-from=\"20123\"]").click(); return 0' >/dev/null
    [ "$(browser_run 'return document.querySelector("#chart-days .readout").textContent.slice(0, 10)')" = 2025-02-04 ]
    [[ $(browser_run 'return document.querySelector("#chart-days .readout").textContent') = *"incident 7: price" ]]
    [ "$(browser_run 'return document.activeElement.parentElement.id')" = chart-days ]
    [ "$(browser_run 'return document.querySelector("#chart-days button").hidden')" = false ]
    browser_run 'document.querySelector("#chart-days button").click(); return 0' >/dev/null
    sleep 0.5
    [ "$(browser_run 'return document.querySelector("#chart-days button").hidden')" = true ]
}

@test "aee-report: arrow keys read the values" {
    open
    key() {
        browser_run "document.querySelector('#chart-days .live').dispatchEvent(
            new KeyboardEvent('keydown', { key: '$1', bubbles: true, cancelable: true }));
            return document.querySelector('#chart-days .readout').textContent"
    }
    [ "$(key ArrowRight)" = "2025-01-06revenue 1,020forecast 1,010 (810 to 1,210)" ]
    [ "$(key ArrowRight)" = "2025-01-07revenue 1,021forecast 1,010 (810 to 1,210)" ]
    [[ $(key PageDown) = 2025-01-14* ]]
    [ "$(key End)" = "2025-04-02forecast 1,010 (810 to 1,210)" ]
    [[ $(key ArrowRight) = 2025-04-02* ]]
    [[ $(key Home) = 2025-01-06* ]]
}

@test "aee-report: nothing is wider than the window, at 360 pixels and on paper" {
    open
    for width in 360 794 1200; do
        browser_size "$width" 800
        sleep 0.3
        [ "$(browser_run 'return document.documentElement.scrollWidth <= innerWidth')" = true ]
        [ "$(browser_run 'return [...document.querySelectorAll("canvas")].every(c => c.getBoundingClientRect().right <= innerWidth + 1)')" = true ]
    done
    browser_cdp Emulation.setEmulatedMedia '{"media":"print"}' >/dev/null
    browser_size 688 1000
    sleep 0.3
    [ "$(browser_run 'return [...document.querySelectorAll("main *")].every(e => e.getBoundingClientRect().right <= innerWidth + 1)')" = true ]
    [ "$(browser_run 'return [...document.querySelectorAll(".still")].every(e => e.getBoundingClientRect().width > 400)')" = true ]
    browser_cdp Emulation.setEmulatedMedia '{"media":""}' >/dev/null
}

@test "aee-report: text stands out from what is behind it, by day and by night" {
    open
    for theme in light dark; do
        browser_theme "$theme"
        # Ratios of contrast as WCAG 2 defines them; 4.5 for text.
        run -0 browser_run '
            const parts = c => c.match(/[\d.]+/g).map(Number);
            const light = c => parts(c).slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = e => { for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if ((parts(c)[3] ?? 1) > 0) return c; } };
            const bad = new Set();
            for (const e of document.querySelectorAll("body *")) {
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.closest("script, style, title")) continue;
                const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
                if ((a + 0.05) / (b + 0.05) < 4.5) bad.add(e.tagName + "." + e.className);
            }
            return [...bad].join(" ")'
        [ -z "$output" ]
        echo "$theme"
        browser_run 'return getComputedStyle(document.body).backgroundColor' >"$T/$theme"
    done
    run -1 cmp -s "$T/light" "$T/dark"
}

@test "aee-report: without script there are drawings and tables" {
    open
    browser_cdp Emulation.setScriptExecutionDisabled '{"value":true}' >/dev/null
    browser_open "file://$T/page.html"
    browser_cdp Emulation.setScriptExecutionDisabled '{"value":false}' >/dev/null
    [ "$(browser_run 'return [...document.querySelectorAll(".still")].every(e => e.getBoundingClientRect().height > 100)')" = true ]
    [ "$(browser_run 'return document.querySelectorAll("canvas").length')" = 0 ]
}
