# A headless Chromium for tests, over the WebDriver protocol, with curl and jq.
# Needs chromium, chromedriver, curl and jq; browser_missing names what lacks.

browser_missing() {
    local program
    for program in chromium chromedriver curl jq; do
        command -v "$program" >/dev/null || { echo "$program"; return; }
    done
}

# browser_start DIR: sets browser_url; its files are in DIR.
browser_start() {
    local dir=$1 try session
    mkdir -p "$dir/profile"
    : >"$dir/driver.log"
    # A port that is free: 0 lets the driver choose, and it prints which.
    chromedriver --port=0 >"$dir/driver.log" 2>&1 3>&- &
    browser_pid=$!
    for try in $(seq 300); do
        browser_url=$(sed -n 's/.*started successfully on port \([0-9]*\).*/http:\/\/127.0.0.1:\1/p' "$dir/driver.log")
        [ -z "$browser_url" ] || break
        sleep 0.1
    done
    [ -n "$browser_url" ] || { cat "$dir/driver.log"; return 1; }
    : "$try"
    session=$(jq -n --arg profile "$dir/profile" '{ capabilities: { alwaysMatch: {
        "goog:loggingPrefs": { browser: "ALL", performance: "ALL" },
        "goog:chromeOptions": { args: [ "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--user-data-dir=\($profile)" ] } } } }' |
        curl -sS --noproxy '*' -d @- "$browser_url/session")
    jq -e .value.sessionId <<<"$session" >/dev/null || { echo "$session"; return 1; }
    browser_url+=/session/$(jq -r .value.sessionId <<<"$session")
}

browser_stop() {
    [ -z "${browser_url:-}" ] || curl -sS --noproxy '*' -X DELETE "$browser_url" >/dev/null || true
    [ -z "${browser_pid:-}" ] || kill "$browser_pid" 2>/dev/null || true
}

# browser PATH [JSON]: a command; prints its value.
browser() {
    local answer
    if [ $# -eq 1 ]; then
        answer=$(curl -sS --noproxy '*' "$browser_url/$1")
    else
        answer=$(curl -sS --noproxy '*' -d "$2" "$browser_url/$1")
    fi
    if jq -e '.value | type == "object" and has("error")' <<<"$answer" >/dev/null; then
        jq -r .value.message <<<"$answer" >&2
        return 1
    fi
    jq -r .value <<<"$answer"
}

# browser_cdp COMMAND PARAMS: a command of the DevTools protocol.
browser_cdp() {
    browser goog/cdp/execute "$(jq -n --arg cmd "$1" --argjson params "$2" '{ cmd: $cmd, params: $params }')"
}

browser_open() {
    browser url "$(jq -n --arg url "$1" '{ url: $url }')" >/dev/null
}

# browser_run SCRIPT: its value, as text or JSON.
browser_run() {
    browser execute/sync "$(jq -n --arg script "$1" '{ script: $script, args: [] }')"
}

# browser_size WIDTH HEIGHT
browser_size() {
    browser_cdp Emulation.setDeviceMetricsOverride \
        "{\"width\":$1,\"height\":$2,\"deviceScaleFactor\":1,\"mobile\":false}" >/dev/null
}

browser_theme() {
    browser_cdp Emulation.setEmulatedMedia \
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"$1\"}]}" >/dev/null
}

# browser_move X Y: the pointer, in pixels of the window.
browser_move() {
    browser actions "$(jq -n --argjson x "$1" --argjson y "$2" '{ actions: [ { type: "pointer", id: "mouse",
        parameters: { pointerType: "mouse" }, actions: [ { type: "pointerMove", duration: 0, x: $x, y: $y } ] } ] }')" \
        >/dev/null
}

# browser_shot FILE: the whole page.
browser_shot() {
    browser_cdp Page.captureScreenshot '{"captureBeyondViewport":true}' | jq -r .data | base64 -d >"$1"
}

# What the page wrote to its console, a line each; and addresses it asked for.
browser_console() {
    browser se/log '{"type":"browser"}' | jq -r '.[].message'
}

browser_requests() {
    browser se/log '{"type":"performance"}' |
        jq -r '.[].message | fromjson.message | select(.method == "Network.requestWillBeSent") | .params.request.url'
}
