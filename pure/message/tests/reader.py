# Reads pairs of messages, each with its length in front, and says of each pair whether a person reads the same in both.
import email
import email.policy
import sys


def text(value):
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def seen(message):
    found = []
    for part in message.walk():
        for name in ("Subject", "From", "To", "Cc", "Comments"):
            values = part.get_all(name, [])
            if name in ("From", "To", "Cc"):
                found += [(name, [(text(one.display_name), text(one.addr_spec)) for one in value.addresses]) for value in values]
            else:
                found += [(name, " ".join(text(value).split())) for value in values]
        found.append((part.get_content_type(), text(part.get_param("charset")), text(part.get_filename())))
        if not part.is_multipart():
            body = part.get_payload(decode=True)
            if part.get_content_maintype() == "text":
                body = body.replace(b"\r\n", b"\n")
            found.append(body)
    return found


data = sys.stdin.buffer
while line := data.readline():
    pair = [data.read(int(length)) for length in line.split()]
    before, after = [seen(email.message_from_bytes(one, policy=email.policy.default)) for one in pair]
    if before == after:
        print("same")
    else:
        print("differs:", [pair for pair in zip(before, after) if pair[0] != pair[1]] or (len(before), len(after)))
