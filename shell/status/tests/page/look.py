"""Looks at pages in Chromium at two widths and in two colour schemes, without scripts of their own, and asks axe-core for violations.

Arguments: base URL, folder for pictures, file of axe-core, then NAME=PATH for each page. Prints one JSON object: what was found where.
"""

import atexit, base64, json, subprocess, sys, tempfile, urllib.error, urllib.request

base, pictures, axe, pages = sys.argv[1], sys.argv[2], open(sys.argv[3]).read(), [page.split("=", 1) for page in sys.argv[4:]]
driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
atexit.register(driver.kill)
port = next(line for line in driver.stdout if "successfully on port" in line).rsplit(" ", 1)[1].strip(". \n")


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    try:
        return json.load(urllib.request.urlopen(request, timeout=30))["value"]
    except urllib.error.HTTPError as error:
        sys.exit(error.read().decode())


def cdp(session, command, **parameters):
    return ask(f"/session/{session}/goog/cdp/execute", {"cmd": command, "params": parameters})


found = []
with tempfile.TemporaryDirectory() as profile:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
               "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}"]
    capabilities = {"alwaysMatch": {"goog:chromeOptions": {"args": options}}}
    session = ask("/session", {"capabilities": capabilities})["sessionId"]
    try:
        for name, path in pages:
            for width in (360, 1280):
                for scheme in ("light", "dark"):
                    cdp(session, "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
                    cdp(session, "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                    ask(f"/session/{session}/url", {"url": base + path})
                    where = f"{name}-{width}-{scheme}"
                    script = axe + "; const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => done(r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary)}))));"
                    for violation in ask(f"/session/{session}/execute/async", {"script": script, "args": []}):
                        found.append({"where": where, **violation})
                    size = ask(f"/session/{session}/execute/sync", {"script": "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]", "args": []})
                    if size[0] > width:
                        found.append({"where": where, "id": "wider than the screen", "nodes": [str(size)]})
                    cdp(session, "Emulation.setDeviceMetricsOverride", width=width, height=min(size[1], 8000), deviceScaleFactor=1, mobile=width < 500)
                    picture = ask(f"/session/{session}/screenshot")
                    with open(f"{pictures}/{where}.png", "wb") as file:
                        file.write(base64.b64decode(picture))
    finally:
        ask(f"/session/{session}/url", {"url": "about:blank"})
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/session/{session}", method="DELETE"))
        driver.terminate()
        driver.wait()
print(json.dumps(found))
