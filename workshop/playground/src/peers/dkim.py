# Every signature of every message, verified by dkimpy: `NUMBER good`, or `NUMBER` and why not. Arguments: the file of records, then messages.
import sys
import dkim

records = {}
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        name, text = line.rstrip("\n").split(" ", 1)
        records[name] = text.encode()


def ask(name, timeout=5):
    return records.get(name.decode().rstrip("."))


for number, path in enumerate(sys.argv[2:]):
    with open(path, "rb") as file:
        message = file.read()
    try:
        fields = dkim.DKIM(message).headers
    except dkim.MessageFormatError as error:
        print(number, type(error).__name__, error)
        continue
    signatures = [name for name, _ in fields if name.lower() == b"dkim-signature"]
    for index in range(len(signatures)):
        try:
            good = dkim.DKIM(message).verify(idx=index, dnsfunc=ask)
            print(number, "good" if good else "the signature does not hold")
        except dkim.DKIMException as error:
            print(number, type(error).__name__, error)
