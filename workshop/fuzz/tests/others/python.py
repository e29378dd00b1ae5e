"""Reads the messages that are named on standard input, a path a line; writes what it finds as a line of JSON each."""
import email
import email.policy
import json
import sys


def tree(part):
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return f"{kind}[{','.join(tree(child) for child in part.get_payload())}]"
    return kind


def texts(part):
    if part.get_content_maintype() == "multipart":
        return [text for child in part.get_payload() if not isinstance(child, str) for text in texts(child)]
    if part.get_content_maintype() == "text":
        return [part.get_content()]
    return []


def field(message, name):
    try:
        return str(message.get(name, ""))
    except Exception:  # the parser of fields fails on some broken ones
        return None


for path in sys.stdin.read().splitlines():
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    try:
        found = texts(message)
    except Exception:  # unknown charsets
        found = None
    print(json.dumps({"tree": tree(message), "subject": field(message, "Subject"), "texts": found}))
