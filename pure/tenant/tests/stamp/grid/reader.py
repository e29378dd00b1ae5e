# Reads pairs of messages, each as it was and as it is stamped, and tells where they differ in more than the signature.
# A line of input: name, tab, message in base64, tab, stamped message in base64.
import base64
import email
import email.policy
import html
import re
import sys

OURS = re.compile(r"\.signpost>$")


def parts(message):
    """Leaves of the tree that are not ours: kind, whether it is a file, content."""
    found = []
    for part in message.walk():
        if part.is_multipart() or OURS.search(part.get("Content-ID", "")):
            continue
        is_file = part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"
        content = part.get_payload(decode=True)
        if not is_file:
            content = content.decode(part.get_content_charset("us-ascii"), "strict")
        found.append((part.get_content_type(), is_file, content))
    return found


def squeezed(text):
    text = re.sub(r'charset=[^"]*"', 'charset="', text)
    return re.sub(r"\s", "", html.unescape(text))


def tree(message):
    """The tree without what pictures of ours add to it."""
    if not message.is_multipart():
        return message.get_content_type()
    children = [tree(child) for child in message.iter_parts() if not OURS.search(child.get("Content-ID", ""))]
    if message.get_content_type() == "multipart/related" and len(children) == 1:
        return children[0]
    return [message.get_content_type(), children]


def differences(before, after):
    for name in ("From", "To", "Subject", "Message-ID", "MIME-Version"):
        if before[name] != after[name]:
            yield name
    if tree(before) != tree(after):
        yield f"tree {tree(before)} {tree(after)}"
    if after.defects:
        yield f"defects {after.defects}"
    signed = 0
    for (kind, is_file, was), (kind_after, _, now) in zip(parts(before), parts(after), strict=True):
        if kind != kind_after:
            yield f"{kind} became {kind_after}"
        if is_file or was == now:
            if was != now:
                yield "a file has other bytes"
            continue
        was, now = squeezed(was), squeezed(now)
        cut = now.find("AnnaBerg")
        place = next((at for at, pair in enumerate(zip(was, now)) if pair[0] != pair[1]), len(was))
        if cut < 0 or now[:place] != was[:place] or not now.endswith(was[place:]):
            yield f"text of {kind}"
        signed += 1
    if not signed:
        yield "no text is signed"


count = 0
failed = False
for line in sys.stdin:
    name, before, after = line.rstrip("\n").split("\t")
    read = [email.message_from_bytes(base64.b64decode(each), policy=email.policy.default) for each in (before, after)]
    try:
        found = list(differences(*read))
    except (UnicodeError, ValueError) as error:
        found = [repr(error)]
    for difference in found:
        failed = True
        print(f"{name}: {difference}")
    count += 1
print(f"{count} read")
sys.exit(failed)
