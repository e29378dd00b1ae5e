# Chains of seals by dkimpy. `seal SELECTOR DOMAIN HOST` prints a set for the message on standard input, with the key in the file that the last argument names;
# `chain RECORDS` prints what the chain of the message is worth, and why.
import sys
import dkim

message = sys.stdin.buffer.read()
if sys.argv[1] == "seal":
    selector, domain, host, key = sys.argv[2:6]
    with open(key, "rb") as file:
        pem = file.read()
    lines = dkim.arc_sign(message, selector.encode(), domain.encode(), pem, host.encode())
    sys.stdout.buffer.write(b"".join(lines))
else:
    records = {}
    with open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            name, text = line.rstrip("\n").split(" ", 1)
            records[name] = text.encode()
    worth, _, why = dkim.arc_verify(message, dnsfunc=lambda name, timeout=5: records.get(name.decode().rstrip(".")))
    print(worth.decode() if worth else "ended", why)
