import email, email.policy, json, sys

message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(message.iter_parts())


def inside(part):
    """The bytes of a part behind its own header, as they stand: what is nested is a message to this library."""
    raw = part.as_bytes(policy=email.policy.default.clone(utf8=True, linesep="\n", max_line_length=0))
    return raw.split(b"\n\n", 1)[1].decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()


kinds = [message.get_content_type()] + [part.get_content_type() for part in parts]
print(json.dumps({
    "defects": sum(len(part.defects) for part in message.walk()),
    "subject": message["Subject"],
    "report": message.get_param("report-type"),
    "types": kinds,
    "language": parts[0]["Content-Language"],
    "text": parts[0].get_content(),
    "status": inside(parts[1]),
    "returned": inside(parts[2]),
}))
