//! What is wrong in the directory, the signatures and their files.

use super::*;

#[test]
fn people_that_are_wrong_are_told() {
    const FILE: &str = "people.csv";
    check(&[
        (
            FILE,
            "jonas.lind@acme.example",
            "jonas.lind",
            "acme/people.csv:3: `mail`: `jonas.lind` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "jonas.lind@acme.example",
            "Anna.Berg@acme.example",
            "acme/people.csv:3: `mail`: Anna.Berg@acme.example is already in line 2; one of them has to go",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,sales@acme.example,",
            "acme/people.csv:3: `aliases`: sales@acme.example is already in line 2; one of them has to go",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,sales,",
            "acme/people.csv:3: `aliases`: `sales` has no `@` between a local part and a domain",
        ),
        (
            FILE,
            "engineering,,",
            "engineering,",
            "acme/people.csv:3: has 16 columns, the first row has 17; quote values with commas",
        ),
        (
            FILE,
            "pronouns",
            "title",
            "acme/people.csv:1: the column `title` is there twice; rename or remove one",
        ),
        (
            FILE,
            "pronouns",
            "pro-nouns",
            "acme/people.csv:1: `pro-nouns` is no column name: use letters, digits and underscores, a letter first",
        ),
        (
            FILE,
            "Engineer,",
            "\"Engi\nneer\",",
            "acme/people.csv:3: `title`: holds a line end or another control character; write it on one line",
        ),
    ]);
}

#[test]
fn a_directory_without_the_column_mail_is_told_how_to_write_it() {
    let found = broken("people.csv", "mail,display_name", "Mail,display_name");
    assert_eq!(
        found[0],
        "acme/people.csv:1: the first row has no column `mail`; `Mail` has to be written `mail`"
    );
}

#[test]
fn signatures_that_are_wrong_are_told() {
    check(&[
        (
            "signatures/standard.html",
            "{% if title %}",
            "{% if title %",
            "acme/signatures/standard.html:3: the template does not parse: syntax error: unexpected `<`",
        ),
        (
            "signatures/standard.html",
            "| tel",
            "| telephone",
            "acme/signatures/standard.html:4: the template fails: unknown filter: filter telephone is unknown",
        ),
        (
            "signatures/standard.html",
            "logo.png",
            "lgoo.png",
            "acme/signatures/standard.html:5: there is no images/lgoo.png; did you mean `logo.png`?",
        ),
        (
            "signatures/standard.txt",
            "{{ company }}",
            "{{ company",
            "acme/signatures/standard.txt:5: the template does not parse: syntax error: unexpected end of input, expected end of variable block",
        ),
        (
            "signatures/short.html",
            "{{ display_name }}",
            "{% for a in range(100000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}",
            "acme/signatures/short.html:1: the template fails: engine ran out of fuel",
        ),
    ]);
}

#[test]
fn files_that_are_wrong_are_told() {
    let rows: [(&str, &[u8], &str); 8] = [
        (
            "images/logo.png",
            b"GIF89a",
            "acme/images/logo.png: the content is not image/png; the name and the content have to agree",
        ),
        (
            "images/logo.svg",
            b"<svg/>",
            "acme/images/logo.svg: the kind is not known by its name; use .png, .jpg, .jpeg or .gif",
        ),
        (
            "signatures/notes.md",
            b"",
            "acme/signatures/notes.md: is not a signature; use NAME.html or NAME.txt",
        ),
        (
            "signatures/two words.html",
            b"",
            "acme/signatures/two words.html: `two words` is not 1 to 63 letters, digits, dashes and underscores",
        ),
        (
            "signatures/hold.html",
            b"",
            "acme/signatures/hold.html: has a name that `policy.unknown_person` uses as a word; rename it",
        ),
        (
            "signatures/standard.txt",
            b"\xff",
            "acme/signatures/standard.txt: is not UTF-8; save the file as UTF-8",
        ),
        (
            "rules.toml",
            b"a = \n[policy\n",
            "acme/rules.toml:1: is not TOML here: string values must be quoted, expected literal string",
        ),
        ("tenant.toml", b"\xff", "tenant.toml:1: is not UTF-8 from this line on; save the file as UTF-8"),
    ];
    for (path, bytes, expected) in rows {
        let mut folder = acme();
        folder.0.insert(path.to_owned(), bytes.to_vec());
        let found = told(&compile(&folder, SnapshotNumber(1), &no_secrets).unwrap_err());
        assert!(found.iter().any(|line| line == expected), "{path}: {found:#?}");
    }
}
