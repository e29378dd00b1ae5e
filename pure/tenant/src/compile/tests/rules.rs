//! What is wrong in `rules.toml`.

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn rules_that_are_wrong_are_told() {
    const FILE: &str = "rules.toml";
    check(&[
        (
            FILE,
            "signature       = \"sales\"",
            "signature       = \"salse\"",
            "acme/rules.toml:8: `rule.signature`: there is no signatures/salse.html or signatures/salse.txt; did you mean `sales`?",
        ),
        (
            FILE,
            "reply_signature = \"short\"              #",
            "reply_signature = \"brief\" #",
            "acme/rules.toml:9: `rule.reply_signature`: there is no signatures/brief.html or signatures/brief.txt",
        ),
        (
            FILE,
            "then            = \"stop\"",
            "then            = \"halt\"",
            "acme/rules.toml:10: `rule.then`: `halt` is not one of stop, continue",
        ),
        (
            FILE,
            "senders    = []",
            "sender    = []",
            "acme/rules.toml:12: `rule.when.sender` is not a known key; did you mean `senders`?",
        ),
        (
            FILE,
            "senders    = []",
            "senders    = [\"anna\"]",
            "acme/rules.toml:12: `rule.when.senders`: `anna` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "{ country =",
            "{ counrty =",
            "acme/rules.toml:15: `rule.when.attributes.counrty`: people.csv has no column `counrty`; did you mean `country`?",
        ),
        (
            FILE,
            "\"external\"",
            "\"outside\"",
            "acme/rules.toml:16: `rule.when.recipients`: `outside` is not one of any, internal, external, mixed",
        ),
        (
            FILE,
            "recipient_domains = []",
            "recipient_domains = \"a.example\"",
            "acme/rules.toml:18: `rule.when.recipient_domains`: needs a list in brackets, this is a text",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/(/\"] ",
            "acme/rules.toml:19: `rule.when.subject`: the regular expression is wrong: unclosed group",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/x\"] ",
            "acme/rules.toml:19: `rule.when.subject`: a regular expression ends with `/`: write re:/EXPRESSION/ (case is ignored without a flag)",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"\"] ",
            "acme/rules.toml:19: `rule.when.subject`: an empty pattern would match everything; write some text or leave the entry out",
        ),
        (
            FILE,
            "subject    = [] ",
            "subject    = [\"re:/(\\\\w{500}){500}/\"] ",
            "acme/rules.toml:19: `rule.when.subject`: the regular expression would take more than 1048576 bytes; write a simpler one",
        ),
        (
            FILE,
            "[\"new\", \"reply\", \"forward\"]\nfrom",
            "[\"newest\"]\nfrom",
            "acme/rules.toml:21: `rule.when.message`: `newest` is not one of new, reply, forward",
        ),
        (
            FILE,
            "2026-09-01T00:00:00+02:00",
            "2026-09-01T00:00:00",
            "acme/rules.toml:22: `rule.when.from`: needs date, time and time zone, for example 2026-09-01T00:00:00+02:00, without quotes",
        ),
        (
            FILE,
            "2026-09-01T00:00:00+02:00",
            "\"2026-09-01T00:00:00+02:00\"",
            "acme/rules.toml:22: `rule.when.from`: needs a time, for example 2026-09-01T00:00:00+02:00, without quotes, this is a text",
        ),
        (
            FILE,
            "2027-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00+01:00",
            "acme/rules.toml:11: `until` is not after `from`; the rule would never match",
        ),
        (
            FILE,
            "\"everyone\"",
            "\"sales campaign\"",
            "acme/rules.toml:27: two rules have the name `sales campaign`; the trail could not tell them apart",
        ),
        (
            FILE,
            "\"replace\"",
            "\"replaced\"",
            "acme/rules.toml:36: `policy.client_signature`: `replaced` is not one of replace, keep, skip; did you mean `replace`?",
        ),
        (
            FILE,
            "{EMAILSIGNATURE}",
            "{E MAIL}",
            "acme/rules.toml:37: `policy.marker`: `{E MAIL}` is not 3 to 64 printable ASCII characters without space, <, > and &",
        ),
        (
            FILE,
            "\"nothing\"",
            "\"noting\"",
            "acme/rules.toml:38: `policy.unknown_person`: there is no signatures/noting.html or signatures/noting.txt",
        ),
        (FILE, "[policy]", "[[policy]]", "acme/rules.toml:35: `policy`: needs a table, this is a list"),
        (
            FILE,
            "signature = \"standard\"",
            "",
            "acme/rules.toml:27: `rule.signature` is missing; it is required",
        ),
    ]);
}
